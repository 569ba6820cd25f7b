// `skerry zone list`

import ArgumentParser
import ConfigurationTree
import Control

/// Lists all zones.
struct ZoneListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List all zones with their hostnames and origins.")

  @Option(help: ArgumentHelp("Begin after this name.", valueName: "name"))
  var after: String?

  @Option(help: ArgumentHelp("List at most so many.", valueName: "n"))
  var limit: Int?

  @OptionGroup var control: ControlOptions

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
  }

  func run() throws {
    var zones: [ConfigurationValue] = []
    try ZonePages(control: control, isComplete: false).forEach(after: after) { page in
      zones += page
      return zones.count < limit ?? .max
    }
    if let limit { zones = Array(zones.prefix(limit)) }
    if control.printsJSON(.array(zones)) { return }
    if let after, zones.isEmpty { return Console.line("There is no zone after \(after).") }
    Console.write(Self.text(zones))
  }

  /// The list for people.
  static func text(_ zones: [ConfigurationValue]) -> String {
    guard !zones.isEmpty else {
      return "There are no zones yet. Add one: skerry zone add NAME --origin URL\n"
    }
    var rows = [["ZONE", "HOSTNAMES", "ORIGINS", "TLS", "STATE"]]
    for zone in zones {
      rows.append([
        zone["name"]?.text ?? "",
        joined(zone["hostnames"]), joined(zone["origins"]),
        zone["certificates"]?.number ?? 0 > 0 ? "yes" : "no",
        zone["paused"]?.flag ?? false ? "paused" : "served",
      ])
    }
    return TextTable(rows: rows).text
  }

  private static func joined(_ list: ConfigurationValue?) -> String {
    let texts = list?.elements.compactMap(\.text) ?? []
    let more = texts.count > 3 ? ", and \(texts.count - 3) more" : ""
    return texts.prefix(3).joined(separator: ", ") + more
  }
}
