// When a fetch began, as purges and invalidations see it.

import Primitives
import Runtime

/// What is fetched may be stored only if nothing was invalidated since its request went out.
struct FetchStart: Sendable {
  /// The number of the zone's latest purge then.
  let sequence: UInt64
  /// The number of the latest that all other servers had made by then: what they have is no newer.
  let settledSequence: UInt64
  let instant: Instant

  /// A fetch from the origin.
  init(sequence: UInt64, instant: Instant) {
    self.init(sequence: sequence, settled: sequence, instant: instant)
  }

  private init(sequence: UInt64, settled: UInt64, instant: Instant) {
    self.sequence = sequence
    settledSequence = settled
    self.instant = instant
  }

  /// A fetch that begins now.
  init(_ zone: borrowing CacheZone) {
    // Not the loop's `now`: an invalidation in this very round came before.
    // What is settled first: a purge that begins in between is one of those under way.
    let settled = zone.settledSequence
    self.init(
      sequence: zone.purgeSequence, settled: settled, instant: SystemClock.monotonic)
  }
}
