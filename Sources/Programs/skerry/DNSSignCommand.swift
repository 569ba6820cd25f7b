// `skerry dns sign`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP

/// Switches the signing of a zone on or off.
struct DNSSignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Sign the DNS of a zone (DNSSEC), and print the DS record for the zone above.",
    discussion: """
      The zone gets a key, and its answers are signed from the moment this returns. Nobody minds the \
      signatures before the zone above has the DS record: give it to your registrar, or let it read CDS \
      and CDNSKEY, as soon as what is printed says that it may (answers without signatures must have left \
      all caches). With --off the zone above is asked to take the DS record away (CDS 0 0 0 00), and \
      signing goes on until it is gone and forgotten.

      Examples:
        skerry dns sign example.org
        skerry dns sign --off example.org
      """)

  @Argument(help: "The zone's name.")
  var name: String

  @Flag(name: .long, help: "Sign no more as soon as the zone above has no DS record.")
  var off = false

  @Flag(
    name: .long,
    help: "With --off: at once. A DS record that is left above makes the zone unreachable for many."
  )
  var now = false

  @OptionGroup var control: ControlOptions

  func validate() throws {
    if now, !off { throw ValidationError("--now goes with --off.") }
  }

  func run() throws {
    let patch: ConfigurationValue = .object([("dnssec", .bool(!off))])
    let subject = "\(off ? "no longer signing" : "signing") \(name)"
    let result = try control.ask(.patch, ZoneCommand.path(name), patch, for: subject)
    guard off else { return try DNSKeysCommand.show(name, control) }
    var keys = try DNSKeysCommand.read(name, control)
    if now, !(keys["keys"]?.elements ?? []).isEmpty || keys["problem"] != nil {
      let forget: ConfigurationValue = .object([("forget", .bool(true))])
      keys = try control.ask(.post, DNSKeysCommand.path(name), forget, for: subject)
    }
    if control.printsJSON(result) { return }
    guard !(keys["keys"]?.elements ?? []).isEmpty else {
      return Console.line("\(name) is not signed")
    }
    DNSKeysCommand.print(name, keys)
  }
}
