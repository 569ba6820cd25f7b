// `skerry status`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP
import Primitives
import Runtime

/// Tells how the running edge is.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Tell how the running edge is.")

  @OptionGroup var control: ControlOptions

  func run() throws {
    let result = try control.ask(.get, "/v1/status", for: "the status")
    if !control.printsJSON(result) { Console.write(Self.text(result)) }
  }

  /// The database of countries: what it is, how old and how large.
  private static func database(_ facts: ConfigurationValue) -> String {
    let age = SystemClock.wall.seconds - Int64(clamping: facts["builtAt"]?.number ?? 0)
    let duration = Figures.duration(seconds: UInt64(max(0, age)))
    return "\(facts["type"]?.text ?? ""), made \(duration) ago, "
      + "\(Figures.bytes(facts["bytes"]?.number ?? 0)), in \(facts["file"]?.text ?? "")"
  }

  /// Where the reserve is, and how it does.
  private static func reserve(_ facts: ConfigurationValue) -> String {
    func count(_ key: String) -> UInt64 { facts["counts"]?[key]?.number ?? 0 }
    let resting = facts["resting"]?.elements.compactMap(\.text) ?? []
    let faults = count("timeouts") + count("failures") + count("refused")
    return (facts["endpoints"]?.elements.compactMap(\.text) ?? []).joined(separator: ", ")
      + ": \(count("hits")) hits, \(count("misses")) misses, \(faults) failures, "
      + "\(count("written")) written, \(count("waiting")) waiting"
      + (resting.isEmpty ? "" : "; left alone now: \(resting.joined(separator: ", "))")
  }

  /// The status for people.
  static func text(_ status: ConfigurationValue) -> String {
    func number(_ key: String) -> UInt64 { status[key]?.number ?? 0 }
    let store = status["store"]
    var rows = [
      ["edge", "skerry \(status["version"]?.text ?? ""), process \(number("processID"))"],
      ["up", Figures.duration(seconds: number("uptimeSeconds"))],
      ["serves", (status["listeners"]?.elements.compactMap(\.text) ?? []).joined(separator: ", ")],
      [
        "zones",
        "\(number("zones")), \(number("activeZones")) of them in memory, epoch \(number("epoch"))",
      ],
      [
        "load",
        "\(number("connections")) connections, \(Figures.bytes(number("memoryBytes"))) of memory",
      ],
      [
        "store",
        "\(store?["state"]?.text ?? "unknown"), change \(store?["sequence"]?.number ?? 0), in "
          + (store?["directory"]?.text ?? ""),
      ],
    ]
    if let queries = status["queries"] {
      func count(_ key: String) -> UInt64 { queries[key]?.number ?? 0 }
      rows.append([
        "queries",
        "\(count("answered")) answered, \(count("dropped")) dropped, "
          + "\(count("truncatedByRate") + count("droppedByRate")) held back by their rate",
      ])
      if count("transfers") + count("notified") + count("unreached") > 0 {
        rows.append([
          "transfers",
          "\(count("transfers")) sent, \(count("notified")) notifications acknowledged, "
            + "\(count("unreached")) not",
        ])
      }
    }
    if let countries = status["countries"] { rows.append(["countries", Self.database(countries)]) }
    if let reserve = status["reserve"] { rows.append(["reserve", Self.reserve(reserve)]) }
    for loop in status["loops"]?.elements ?? [] {
      let place = loop["cpu"]?.number.map { "core \($0)" } ?? "any core"
      let refused = loop["refusedConnections"]?.number ?? 0
      rows.append([
        loop["name"]?.text ?? "",
        "\(place), \(loop["connections"]?.number ?? 0) connections, "
          + "\(loop["activeZones"]?.number ?? 0) zones, \(loop["tasks"]?.number ?? 0) tasks"
          + (refused == 0 ? "" : ", \(refused) connections refused (one network had too many)"),
      ])
      if let failure = loop["lastFailure"]?.text { rows.append(["", "last failure: \(failure)"]) }
    }
    if store?["state"]?.text == "restored" { rows.append(["note", store?["report"]?.text ?? ""]) }
    for note in status["notes"]?.elements.compactMap(\.text) ?? [] { rows.append(["note", note]) }
    return TextTable(rows: rows).text
  }
}
