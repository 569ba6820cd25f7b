// `skerry dns health`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP

/// Shows how the addresses of a zone's records are.
struct DNSHealthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "health",
    abstract: "Tell which addresses of a zone's records are well, and why others are not.",
    discussion: """
      Addresses of records with a healthCheck (Config/full.yaml) are checked by each server for itself while \
      somebody asks for the zone. Those that are ill are left out of answers, unless all of their name and type are.

      Example:
        skerry dns health example.org
      """)

  @Argument(help: "The zone's name.")
  var name: String

  @OptionGroup var control: ControlOptions

  func run() throws {
    let result = try control.ask(
      .get, ZoneCommand.path(name) + "/health", for: "showing the health of \(name)")
    if control.printsJSON(result) { return }
    Console.write(Self.text(result))
  }

  /// The records for people.
  static func text(_ result: ConfigurationValue) -> String {
    let records = result["records"]?.elements ?? []
    guard !records.isEmpty else {
      return "No records of \(result["zone"]?.text ?? "") have a healthCheck.\n"
    }
    var rows = [["NAME", "ADDRESS", "CHECK", "STATE", "FOR", "LAST CHECK"]]
    for record in records {
      var finding = record["finding"]?.text ?? "-"
      if let needed = record["successesNeeded"]?.number, needed > 0 {
        finding += needed == 1 ? "; back after a good one" : "; back after \(needed) good ones"
      }
      rows.append([
        record["name"]?.text ?? "", record["address"]?.text ?? "", record["check"]?.text ?? "",
        record["state"]?.text ?? "",
        record["seconds"]?.number.map { Figures.duration(seconds: $0) } ?? "-", finding,
      ])
    }
    return TextTable(rows: rows).text
  }
}
