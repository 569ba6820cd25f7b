// `skerry tiers`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP
import Tiers

/// Tells which servers there are and whom this one asks.
struct TiersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tiers",
    abstract: "Tell which servers the edge asks before origins, and how they are.",
    discussion: """
      With a URL also whom it asks for that: the servers of each line in their order, one line after the \
      other, and the origin if none of them answers. The topology is the file that the edge was started \
      with (--topology); it is read again when it changes.
      """)

  @Argument(help: "A URL, to be told who is asked for it.")
  var url: String?

  @OptionGroup var control: ControlOptions

  func run() throws {
    let path = "/v1/tiers" + (url.map { "?url=" + ZoneCommand.encode($0) } ?? "")
    let result = try control.ask(.get, path, for: "the tiers")
    if control.printsJSON(result) { return }
    Console.write(Self.text(result))
  }

  /// The servers for people, and who is asked.
  static func text(_ result: ConfigurationValue) -> String {
    var rows = [
      [
        "SERVER", "POP", "TIER", "STATE", "CONNECTIONS", "ROUND TRIP", "ANSWERS", "FAILURES",
        "HEDGES", "WON",
      ]
    ]
    for server in result["servers"]?.elements ?? [] {
      let roundTrip = server["roundTripNanoseconds"]?.number
      rows.append([
        server["name"]?.text ?? "", server["pop"]?.text ?? "", server["tier"]?.text ?? "",
        state(server), count(server["connections"]),
        roundTrip.map { Figures.latency(nanoseconds: $0) } ?? "-", count(server["answers"]),
        count(server["failures"]), count(server["hedges"]), count(server["hedgesWon"]),
      ])
    }
    var text = TextTable(rows: rows, rightAligned: [4, 5, 6, 7, 8, 9]).text
    let parents = (result["parents"]?.elements ?? []).compactMap(\.text)
    text += "\n\(result["server"]?.text ?? "") is of \(result["pop"]?.text ?? ""), "
    text +=
      parents.isEmpty
      ? "which asks origins.\n" : "whose parents are \(parents.joined(separator: ", ")).\n"
    let others = (result["servers"]?.elements ?? []).filter {
      $0["hasOtherTopology"]?.flag ?? false
    }
    if !others.isEmpty {
      let names = others.compactMap { $0["name"]?.text }.joined(separator: ", ")
      text += "Another topology than this server's: \(names). The file must be the same on all.\n"
    }
    text += failures(result)
    guard let asked = result["asked"] else { return text }
    let origin = result["choice"]?.text == "flat" ? "the origin: the zone is flat" : "the origin"
    let steps = asked.elements.map { step($0) } + [origin]
    text += "It asks: " + steps.joined(separator: "\n    then ") + "\n"
    let distances = (result["toOrigin"]?.elements ?? []).map { distance in
      let roundTrip = Figures.latency(nanoseconds: distance["roundTripNanoseconds"]?.number ?? 0)
      return "\(distance["pop"]?.text ?? "") (\(roundTrip))"
    }
    if !distances.isEmpty {
      text += "Nearest to the origin: \(distances.joined(separator: ", then ")).\n"
    }
    return text
  }

  /// What went wrong last with servers that are left alone.
  private static func failures(_ result: ConfigurationValue) -> String {
    (result["servers"]?.elements ?? []).map { server in
      guard server["well"]?.flag == false, let reason = server["lastFailure"]?.text else {
        return ""
      }
      return "\(server["name"]?.text ?? "") failed last: \(reason)\n"
    }.joined()
  }

  /// Who is asked, and why.
  private static func step(_ step: ConfigurationValue) -> String {
    let names = (step["servers"]?.elements ?? []).compactMap(\.text).joined(separator: ", ")
    let pop = step["pop"]?.text ?? "several PoPs"
    let way = step["roundTripNanoseconds"]?.number.map { Figures.latency(nanoseconds: $0) }
    let reason = AskedStep.Reason(rawValue: step["reason"]?.text ?? "")
    let away = way.map { ", \($0) away" } ?? ", not measured yet"
    switch reason {
    case .hasKey: return "\(names): beside it, they have the URL before it"
    case .nearestToOrigin:
      return "\(names): \(pop) is the PoP of the upper tier nearest to the origin"
        + (way.map { ", \($0) from it" } ?? "")
    case .nearestParent: return "\(names): \(pop) is the nearest parent\(away)"
    case .furtherParent: return "\(names): \(pop) is a parent\(away)"
    case .pinned: return "\(names): the zone names \(pop)"
    case .upperTier: return "\(names): the upper tier, which shares the URLs\(away)"
    case nil: return names
    }
  }

  private static func state(_ server: ConfigurationValue) -> String {
    if server["isThis"]?.flag ?? false { return "this one" }
    if server["drain"]?.flag ?? false { return "drained" }
    return server["well"]?.flag ?? false ? "well" : "left alone"
  }

  private static func count(_ value: ConfigurationValue?) -> String {
    Figures.count(Double(value?.number ?? 0))
  }
}
