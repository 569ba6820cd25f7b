// `skerry purge`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP

/// Takes what is stored of a zone out of use.
struct PurgeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "purge",
    abstract: "Make what the cache has of a zone void, or stale with --soft. Done when it returns.",
    discussion: """
      Void is what was fetched before; what is on its way is not stored. Everything that is named is \
      purged at once, or nothing. A URL stands for http and https, any port, and all variants; its \
      parameters count as the zone's cache.key says. Soft purged responses are validated when they are \
      asked for next, and used meanwhile or when the origin fails as far as they and the zone's \
      cache.stale allow.

      Examples:
        skerry purge example.org --url https://example.org/style.css --tag product-17
        skerry purge example.org --prefix example.org/images/ --soft
        skerry purge example.org --everything
      """)

  @Argument(help: "The zone's name.")
  var name: String

  @Flag(help: "All that is stored of the zone.")
  var everything = false

  @Option(
    name: .customLong("url"),
    help: ArgumentHelp("All that is stored for a URL. Repeatable.", valueName: "url"))
  var urls: [String] = []

  @Option(
    name: .customLong("tag"),
    help: ArgumentHelp(
      "All responses with this tag in Cache-Tag or Surrogate-Key. Repeatable.", valueName: "tag"))
  var tags: [String] = []

  @Option(
    name: .customLong("host"),
    help: ArgumentHelp("All that is stored for a host. Repeatable.", valueName: "host"))
  var hosts: [String] = []

  @Option(
    name: .customLong("prefix"),
    help: ArgumentHelp(
      "All URLs that begin with this host and path. Repeatable.", valueName: "host/path"))
  var prefixes: [String] = []

  @Flag(help: "Make it stale, not void.")
  var soft = false

  @OptionGroup var control: ControlOptions

  private var lists: [(key: String, one: String, values: [String])] {
    [
      ("urls", "URL", urls), ("tags", "tag", tags), ("hosts", "host", hosts),
      ("prefixes", "prefix", prefixes),
    ]
  }

  func run() throws {
    // Not in `validate`: that would be heard before the parser tells of an option that it does not know.
    let isEmpty = lists.allSatisfy { $0.values.isEmpty }
    guard isEmpty == everything else {
      throw CommandFailure(
        .usage,
        everything
          ? "skerry: --everything leaves nothing to name: leave it out, or all the others."
          : "skerry: say what to purge: --url, --tag, --host, --prefix or --everything.")
    }
    var members: [(String, ConfigurationValue?)] = [
      ("everything", everything ? .bool(true) : nil), ("soft", soft ? .bool(true) : nil),
    ]
    for list in lists where !list.values.isEmpty {
      members.append((list.key, .array(list.values.map { .string($0) })))
    }
    let result = try control.ask(
      .post, ZoneCommand.path(name) + "/purge", .object(members), for: "purging \(name)")
    if control.printsJSON(result) { return }
    let sequence = result["sequence"]?.number ?? 0
    Console.line("\(soft ? "stale" : "void") since change \(sequence): \(subject)")
    for (key, state) in [("voidBefore", "void"), ("staleBefore", "stale")] {
      guard let number = result[key]?.number else { continue }
      Console.line(
        "There were more purges than are kept: all that was stored before change \(number) is \(state)."
      )
    }
  }

  /// What was purged, in a few words.
  private var subject: String {
    if everything { return "everything of \(name)" }
    let parts = lists.filter { !$0.values.isEmpty }.map { list in
      list.values.count == 1
        ? "the \(list.one) \(list.values[0])"
        : "\(list.values.count) \(list.one == "prefix" ? "prefixes" : list.one + "s")"
    }
    return "\(parts.joined(separator: ", ")) of \(name)"
  }
}
