// Readings of a ledger for tests.

import Control
import Exchange
import Primitives

/// Makes readings by a few figures.
enum UsageFixture {
  /// What a zone waited for.
  static let waits: ZoneWaits = {
    var waits = ZoneWaits()
    waits.nanoseconds = 812_000_000
    waits.longestNanoseconds = 41_000_000
    waits.count = 1_200
    waits.loops = 2
    waits.explainedNanoseconds = 800_000_000
    waits.behind = [
      .init(.zone, zone: "a.test", nanoseconds: 624_000_000, share: 0.78),
      .init(.own, nanoseconds: 96_000_000, share: 0.12),
      .init(.system, nanoseconds: 40_000_000, share: 0.05),
      .init(.arrivals, nanoseconds: 32_000_000, share: 0.04),
      .init(.others, nanoseconds: 8_000_000, share: 0.01),
    ]
    return waits
  }()

  /// A reading `at` seconds, with the process's CPU and each zone's in milliseconds.
  static func reading(
    at seconds: UInt64, cpu: UInt64, _ zones: [(String, UInt64)]
  ) -> LedgerReading {
    var reading = LedgerReading(
      takenAt: Instant(nanoseconds: seconds * 1_000_000_000), epoch: 12,
      processCPUNanoseconds: cpu * 1_000_000)
    reading.zones = zones.map { name, milliseconds in
      var zone = ZoneUsage(name: name, id: "id-of-\(name)")
      zone.cpuNanoseconds = milliseconds * 1_000_000
      zone.requests = milliseconds * 100
      zone.cache[.hit] = milliseconds * 90
      zone.cache[.miss] = milliseconds * 10
      zone.bytesIn = milliseconds * 20_000
      zone.bytesOut = milliseconds * 1_000_000
      zone.cacheBytes = 5 << 20
      zone.connections = 8
      zone.wakeups = milliseconds
      zone.queueWaitNanoseconds = milliseconds * 50_000
      var histogram = LatencyHistogram()
      for _ in 0..<98 { histogram.record(nanoseconds: 80_000) }
      for _ in 0..<2 { histogram.record(nanoseconds: 2_000_000) }
      zone.latency = LatencyCounts(histogram)
      return zone
    }
    var system = LaneUsage(name: "system")
    system.cpuNanoseconds = cpu * 50_000
    reading.systemLanes = [system]
    return reading
  }
}
