// `skerry dns sign`

import ArgumentParser
import ConfigurationTree
import HTTP

/// Switches the signing of a zone on or off.
struct DNSSignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Sign the DNS of a zone (DNSSEC), and print the DS record for the zone above.",
    discussion: """
      The zone gets a key, and its answers are signed from the moment this returns. Nobody minds the \
      signatures before the zone above has the DS record: give it to your registrar, or let it read CDS \
      and CDNSKEY. To go back, have the DS record removed above, wait for its TTL, and say --off: the key \
      is forgotten then.

      Example:
        skerry dns sign example.org
      """)

  @Argument(help: "The zone's name.")
  var name: String

  @Flag(name: .long, help: "Sign no more, and forget the key.")
  var off = false

  @OptionGroup var control: ControlOptions

  func run() throws {
    let patch: ConfigurationValue = .object([("dnssec", .bool(!off))])
    let result = try control.ask(
      .patch, ZoneCommand.path(name), patch, for: "\(off ? "no longer signing" : "signing") \(name)"
    )
    guard !off else {
      if !control.printsJSON(result) { Console.line("\(name) is not signed") }
      return
    }
    try DNSKeysCommand.show(name, control)
  }
}
