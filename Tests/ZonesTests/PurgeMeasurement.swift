// What very many purges of one zone cost: SKERRY_MEASURE=1 swift test -c release --filter PurgeMeasurement

import Cache
import Glibc
import Primitives
import Storage
import Testing
import Zones

@Suite(
  .serialized,
  .enabled(if: unsafe getenv("SKERRY_MEASURE") != nil, "SKERRY_MEASURE is not set")
)
struct PurgeMeasurement {
  private let clock = ContinuousClock()

  private func report(_ what: String, _ duration: Duration) {
    print("\(CacheLimits.purges) purges: \(what): \(duration / .milliseconds(1)) ms")
  }

  private static func purge(_ first: Int) -> Purge {
    Purge(
      items: (first..<first + 1_000).map { PurgeItem.tag(UInt64($0) &* 0x9e37_79b9_7f4a_7c15) },
      time: WallTime(seconds: 1_000))
  }

  @Test func `keeping, folding, reading and removing in the store`() throws {
    let directory = try TemporaryDirectory()
    let store = try ZoneStore.open(directory.file("zones"), check: Samples.anyCertificate).store
    try store.apply([.put(Samples.zone(1))])
    let zone = Samples.id(1)
    // Thrice half of what is kept: it folds twice.
    var (longest, sum, count) = (Duration.zero, Duration.zero, 0)
    for first in stride(from: 0, to: CacheLimits.purges * 3 / 2, by: 1_000) {
      let duration = try clock.measure { _ = try store.purge(zone, Self.purge(first)) }
      (longest, sum, count) = (max(longest, duration), sum + duration, count + 1)
    }
    report("a purge of 1,000, on average", sum / count)
    report("a purge of 1,000, the longest", longest)
    var stored = StoredPurges()
    report("reading", try clock.measure { stored = try store.purges(of: zone) })
    #expect(stored.young.count + stored.old.count > CacheLimits.purges / 2)
    report("removing the zone", try clock.measure { try store.apply([.remove(zone)]) })
    store.close()
  }
}
