// `skerry dns keys`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP

/// Shows the key of a signed zone.
struct DNSKeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys",
    abstract: "Print the DNSKEY record of a signed zone, and the DS record for the zone above.",
    discussion: """
      Example:
        skerry dns keys example.org
      """)

  @Argument(help: "The zone's name.")
  var name: String

  @OptionGroup var control: ControlOptions

  func run() throws { try Self.show(name, control) }

  /// Prints the keys of the zone `name`, as records.
  static func show(_ name: String, _ control: ControlOptions) throws(CommandFailure) {
    let result = try control.ask(
      .get, ZoneCommand.path(name) + "/dnssec", for: "showing the keys of \(name)")
    if control.printsJSON(result) { return }
    let keys = result["keys"]?.elements ?? []
    guard !keys.isEmpty else {
      throw CommandFailure(
        .refused, "skerry: \(name) is not signed. Sign it: skerry dns sign \(name)")
    }
    for key in keys {
      Console.line("\(name). IN DNSKEY \(key["dnskey"]?.text ?? "")")
      Console.line("\(name). IN DS \(key["ds"]?.text ?? "")")
    }
  }
}
