// `skerry dns check`

import ArgumentParser
import NameService

/// Checks a zone file without an edge.
struct DNSCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check a BIND zone file; every fault is named with its line.",
    discussion: """
      Example:
        skerry dns check example.org example.org.zone
      """)

  @Argument(help: "The zone's name.")
  var name: String

  @Argument(help: "The zone file.", completion: .file())
  var file: String

  func run() throws {
    let image = try DNSZoneFile(name: name, path: file).compiled()
    Console.line("\(name): \(Figures.amount(image.records.count, "record")), nothing wrong")
  }
}
