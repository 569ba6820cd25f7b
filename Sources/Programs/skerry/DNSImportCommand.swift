// `skerry dns import`

import ArgumentParser
import ConfigurationTree
import HTTP
import NameService

/// Replaces a zone's records by those of a zone file.
struct DNSImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Replace the DNS records of a zone by those of a BIND zone file.",
    discussion: """
      The file is checked whole first: nothing changes if anything in it is wrong. Without a SOA the zone \
      gets one, whose serial number follows its changes.

      Example:
        skerry dns import example.org example.org.zone
      """)

  @Argument(help: "The zone's name.")
  var name: String

  @Argument(help: "The zone file.", completion: .file())
  var file: String

  @OptionGroup var control: ControlOptions

  func run() throws {
    let image = try DNSZoneFile(name: name, path: file).compiled()
    let patch: ConfigurationValue = .object([("records", image.tree)])
    let result = try control.ask(
      .patch, ZoneCommand.path(name), patch, for: "importing records of \(name)")
    if !control.printsJSON(result) {
      Console.line("\(name) has \(Figures.amount(image.records.count, "record"))")
    }
  }
}
