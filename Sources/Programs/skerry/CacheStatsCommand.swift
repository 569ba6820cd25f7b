// `skerry cache stats`

import ArgumentParser
import ConfigurationTree
import Control
import Exchange
import HTTP

/// Tells how well the cache serves the zones.
struct CacheStatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Tell how well the cache serves each zone, since the edge started.",
    discussion: """
      HIT is the part of the requests that the origin was not asked for, RAM, DISK and RESERVE what \
      came from there; CONTENT the bytes of all content sent. OBJECTS and STORED are there now, EVICTED had to \
      make room. VALIDATED requests asked the origin and got what was stored, STALE ones got it \
      without asking, COLLAPSED ones waited for another's fetch. With a zone's name also how long \
      each layer took. Zones that nobody has used for ten minutes are not in the list.
      """)

  @Argument(help: "The zone's name; all zones without it.")
  var zone: String?

  @OptionGroup var control: ControlOptions

  func run() throws {
    var path = "/v1/ledger"
    if let zone {
      // A zone that nobody uses is not in the ledger, and one that is not there is an error.
      _ = try control.ask(.get, ZoneCommand.path(zone), for: "showing \(zone)")
      path += "?zone=" + ZoneCommand.encode(zone)
    }
    let result = try control.ask(.get, path, for: "the ledger")
    if control.printsJSON(result["zones"] ?? .array([])) { return }
    let zones = LedgerReading(result).zones
    if let zone, zones.isEmpty {
      Console.line(
        "Nobody has asked for anything of \(zone) for ten minutes, and its counters are gone: they begin "
          + "anew with the next request. What is stored for a URL: skerry cache inspect URL.")
      return
    }
    Console.write(Self.text(zones))
    if zone == nil {
      let status = try control.ask(.get, "/v1/status", for: "the status")
      if let reserve = status["reserve"] { Console.write("\n" + Self.reserve(reserve)) }
    }
    if zone != nil, let only = zones.first { Console.write("\n" + Self.layers(of: only)) }
  }

  /// The table of zones for people, those with most requests first.
  static func text(_ zones: [ZoneUsage]) -> String {
    guard !zones.isEmpty else { return "Nobody has asked for anything lately.\n" }
    var rows = [
      [
        "ZONE", "REQUESTS", "HIT", "RAM", "DISK", "RESERVE", "CONTENT", "OBJECTS", "STORED",
        "EVICTED", "VALIDATED", "STALE", "COLLAPSED",
      ]
    ]
    for zone in zones.sorted(by: { ($1.requests, $0.name) < ($0.requests, $1.name) }) {
      let content = ExchangeFacts.Layer.allCases.reduce(0) { $0 + zone.layers[$1].bytes }
      rows.append([
        zone.name, count(zone.requests), Figures.share(zone.cache.hitRatio),
        Figures.share(zone.layers.share(of: .ram)), Figures.share(zone.layers.share(of: .disk)),
        Figures.share(zone.layers.share(of: .reserve)),
        Figures.bytes(content), count(zone.cacheObjects), Figures.bytes(zone.cacheBytes),
        count(zone.evictions), count(zone.cache[.revalidated]), count(zone.cache[.stale]),
        count(zone.cache[.collapsed]),
      ])
    }
    return TextTable(rows: rows, rightAligned: Set(1..<13)).text
  }

  /// What the reserve did for all zones, for people: its counters but for those that are zero.
  static func reserve(_ facts: ConfigurationValue) -> String {
    var rows = [["RESERVE", ""]]
    var counts: [ConfigurationMember] = []
    if case .object(let members)? = facts["counts"]?.content { counts = members }
    for member in counts {
      guard let number = member.value.number, number > 0 else { continue }
      let name = member.key
      rows.append([name, name.hasPrefix("bytes") ? Figures.bytes(number) : count(number)])
    }
    for (title, key) in [("p50", "p50Nanoseconds"), ("p99", "p99Nanoseconds")] {
      rows.append([title, Figures.latency(nanoseconds: facts[key]?.number ?? 0)])
    }
    return TextTable(rows: rows, rightAligned: [1]).text
  }

  /// The table of one zone's layers for people.
  static func layers(of zone: ZoneUsage) -> String {
    var rows = [["LAYER", "REQUESTS", "CONTENT", "P50", "P99"]]
    for layer in ExchangeFacts.Layer.allCases where zone.layers[layer].requests > 0 {
      let usage = zone.layers[layer]
      rows.append([
        layer == .none ? "made here" : "\(layer)", count(usage.requests),
        Figures.bytes(usage.bytes), Figures.latency(nanoseconds: usage.latency.quantile(0.5)),
        Figures.latency(nanoseconds: usage.latency.quantile(0.99)),
      ])
    }
    return TextTable(rows: rows, rightAligned: [1, 2, 3, 4]).text
  }

  private static func count(_ value: UInt64) -> String { Figures.count(Double(value)) }
}
