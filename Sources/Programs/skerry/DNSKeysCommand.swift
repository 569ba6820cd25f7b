// `skerry dns keys`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP

/// Shows the keys of a signed zone, and changes them.
struct DNSKeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys",
    abstract:
      "Print the DNSKEY records of a signed zone, its DS record for the zone above, and its keys' states.",
    discussion: """
      Lines that begin with a semicolon say which state each key is in, what happens next, and what it \
      waits for. A rollover of a KSK or CSK goes on once the zone above has the DS record of the new key \
      alone: the edge asks its resolver, and once more before the old key goes. To --parent-has-ds it asks \
      at once, and refuses if the resolver says otherwise. With --check-parent false it asks nobody, and \
      your word counts: if it is wrong, the zone can't be reached by who validates.

      Examples:
        skerry dns keys example.org
        skerry dns keys example.org --roll csk
        skerry dns keys example.org --algorithm ed25519
        skerry dns keys example.org --parent-has-ds
      """)

  /// Roles as `--roll` names them.
  enum Role: String, CaseIterable, ExpressibleByArgument { case zsk, ksk, csk }

  /// Algorithms as the configuration names them.
  enum Algorithm: String, CaseIterable, ExpressibleByArgument { case ecdsap256sha256, ed25519 }

  /// One key or two, as the configuration names them.
  enum KeyType: String, CaseIterable, ExpressibleByArgument { case csk, split }

  @Argument(help: "The zone's name.")
  var name: String

  @Option(help: "Begin to replace this key now.")
  var roll: Role?

  @Flag(help: "The zone above has the DS record that is printed, and no older one.")
  var parentHasDS = false

  @Flag(help: "The zone above has no DS record any more: signing is being switched off.")
  var parentHasNoDS = false

  @Option(help: "Change to keys of this algorithm, step by step.")
  var algorithm: Algorithm?

  @Option(help: "Change to one key (csk), or to a KSK and a ZSK (split), step by step.")
  var type: KeyType?

  @Option(
    help: "Whether the resolver is asked which DS records the zone above has (true or false).")
  var checkParent: Bool?

  @OptionGroup var control: ControlOptions

  func validate() throws {
    let asked = [roll != nil, parentHasDS, parentHasNoDS, changesPolicy]
    guard asked.filter({ $0 }).count <= 1 else {
      throw ValidationError(
        "Ask for one thing at a time: --roll, --parent-has-ds, --parent-has-no-ds, or another "
          + "--algorithm, --type or --check-parent.")
    }
  }

  private var changesPolicy: Bool { algorithm != nil || type != nil || checkParent != nil }

  func run() throws {
    if changesPolicy {
      let policy: ConfigurationValue = .object([
        ("algorithm", algorithm.map { .string($0.rawValue) }),
        ("type", type.map { .string($0.rawValue) }), ("checkParent", checkParent.map { .bool($0) }),
      ])
      _ = try control.ask(
        .patch, ZoneCommand.path(name), .object([("dnssecKeys", policy)]),
        for: "changing the keys of \(name)")
    } else if let change {
      _ = try control.ask(.post, Self.path(name), change, for: "changing the keys of \(name)")
    }
    try Self.show(name, control)
  }

  /// What is asked for; nil if it is to be shown alone.
  private var change: ConfigurationValue? {
    if let roll { return .object([("roll", .string(roll.rawValue))]) }
    if parentHasDS { return .object([("parentHas", .string("ds"))]) }
    if parentHasNoDS { return .object([("parentHas", .string("none"))]) }
    return nil
  }

  static func path(_ name: String) -> String { ZoneCommand.path(name) + "/dnssec" }

  static func read(
    _ name: String, _ control: ControlOptions
  ) throws(CommandFailure) -> ConfigurationValue {
    try control.ask(.get, path(name), for: "showing the keys of \(name)")
  }

  /// Prints the keys of the zone `name`, as records, and what they do.
  static func show(_ name: String, _ control: ControlOptions) throws(CommandFailure) {
    let result = try read(name, control)
    if control.printsJSON(result) { return }
    if let problem = result["problem"]?.text {
      throw CommandFailure(.refused, "skerry: \(problem)")
    }
    guard !(result["keys"]?.elements ?? []).isEmpty else {
      throw CommandFailure(
        .refused, "skerry: \(name) is not signed. Sign it: skerry dns sign \(name)")
    }
    print(name, result)
  }

  static func print(_ name: String, _ result: ConfigurationValue) {
    for line in KeysText(name, result).lines { Console.line(line) }
  }
}
