// What very many purges of one zone cost in memory:
// SKERRY_MEASURE=1 swift test -c release -Xswiftc -enable-testing --filter PurgeMeasurement

import Glibc
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite(
  .serialized,
  .enabled(if: unsafe getenv("SKERRY_MEASURE") != nil, "SKERRY_MEASURE is not set")
)
struct PurgeMeasurement {
  private let clock = ContinuousClock()

  private func report(_ what: String, _ duration: Duration) {
    print("\(CacheLimits.purges) purges: \(what): \(duration / .microseconds(1)) us")
  }

  private static func hash(_ number: Int) -> UInt64 { UInt64(number) &* 0x9e37_79b9_7f4a_7c15 }

  @Test("putting purges into force, folding, taking over what is stored")
  func costs() {
    let zone = TestCache(TestOrigin([])).group.zone(ZoneID(high: 9, low: 9))
    let time = WallTime(seconds: 1_000)
    var (longest, sum) = (Duration.zero, Duration.zero)
    // As many as a line of the log has.
    for first in stride(from: 0, to: CacheLimits.purges * 2, by: 64) {
      let purge = Purge(items: (first..<first + 64).map { .tag(Self.hash($0)) }, time: time)
      let duration = clock.measure {
        zone.apply(purge, sequence: UInt64(first + 1), at: SystemClock.monotonic)
      }
      (longest, sum) = (max(longest, duration), sum + duration)
    }
    report("64 of them, on average", sum / (CacheLimits.purges * 2 / 64))
    report("64 of them, the longest, folds included", longest)
    var stored = StoredPurges(sequence: 1)
    for number in 0..<CacheLimits.purges / 2 {
      let mark = StoredPurges.Mark(hard: 1, softTime: time)
      stored.old.append((Self.hash(number), mark))
      stored.young.append((Self.hash(-number - 1), mark))
    }
    let other = TestCache(TestOrigin([])).group.zone(ZoneID(high: 9, low: 8))
    let read = stored
    report("taking over", clock.measure { other.load(read, wallTime: time) })
    #expect(other.keptPurges == CacheLimits.purges)
  }
}
