// Where responses came from, as the operator sees it.

import ConfigurationTree
import Exchange
import Primitives
import Testing

@testable import Control
@testable import skerry

@Suite("Layers in the ledger")
struct LayerTests {
  private var zone: ZoneUsage {
    var zone = ZoneUsage(name: "a.test", id: "1")
    zone.requests = 10
    zone.cache[.hit] = 6
    zone.cache[.collapsed] = 1
    zone.cache[.revalidated] = 3
    zone.cacheObjects = 4
    zone.cacheBytes = 4_096
    zone.evictions = 2
    var histogram = LatencyHistogram()
    for _ in 0..<6 { histogram.record(nanoseconds: 40_000) }
    zone.layers[.ram].requests = 6
    zone.layers[.ram].bytes = 6_000
    zone.layers[.ram].latency = LatencyCounts(histogram)
    zone.layers[.origin].requests = 4
    zone.layers[.origin].bytes = 240
    return zone
  }

  @Test func `layers come back from JSON as they were, and shares are of all requests`() {
    var reading = LedgerReading(
      takenAt: Instant(nanoseconds: 1), epoch: 1, processCPUNanoseconds: 1)
    reading.zones = [zone]
    let back = LedgerReading(reading.tree(limit: 1))
    #expect(back.zones == [zone])
    #expect(back.zones[0].layers.share(of: .ram) == 0.6)
    #expect(back.zones[0].layers.share(of: .disk) == 0)
    #expect(LayerCounts().share(of: .ram) == nil)
  }

  @Test func `two readings are subtracted layer by layer`() {
    var later = zone
    later.layers[.ram].requests += 5
    later.layers[.ram].bytes += 7
    later.evictions += 1
    let change = later.since(zone)
    #expect(change.layers[.ram].requests == 5 && change.layers[.ram].bytes == 7)
    #expect(change.layers[.ram].latency.total == 0 && change.layers[.origin].requests == 0)
    #expect(change.evictions == 1 && change.cacheObjects == 4)
  }

  @Test func `the table has a line per zone, and one zone's layers have a line each`() {
    var busy = zone
    busy.name = "b.test"
    busy.requests = 2_000_000
    let lines = CacheStatsCommand.text([zone, busy]).split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[1].hasPrefix("b.test") && lines[2].hasPrefix("a.test"))
    let cells = lines[2].split(separator: " ").map { String($0) }
    #expect(
      cells == [
        "a.test", "10", "70.0%", "60.0%", "0.0%", "0.0%", "6.1K", "4", "4.0K", "2", "3", "0", "1",
      ])
    let layers = CacheStatsCommand.layers(of: zone).split(separator: "\n")
    #expect(layers.count == 3 && layers[1].hasPrefix("ram") && layers[2].hasPrefix("origin"))
    #expect(CacheStatsCommand.text([]) == "Nobody has asked for anything lately.\n")
  }

  @Test(
    arguments: [
      (.none, false, .none), (.hit, false, .ram), (.hit, true, .disk), (.stale, true, .disk),
      (.revalidated, true, .origin), (.miss, false, .origin), (.collapsed, false, .origin),
      (.bypass, false, .origin),
    ] as [(ExchangeFacts.CacheOutcome, Bool, ExchangeFacts.Layer)])
  func `a response's layer is the deepest place that was asked`(
    _ outcome: ExchangeFacts.CacheOutcome, _ isFromDisk: Bool, _ layer: ExchangeFacts.Layer
  ) {
    var facts = ExchangeFacts()
    facts.cache = outcome
    facts.isFromDisk = isFromDisk
    #expect(facts.layer == layer)
    facts.isFromReserve = true
    #expect(facts.layer == (layer == .ram || layer == .disk ? .reserve : layer))
  }
}
