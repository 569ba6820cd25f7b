// When a fetch began, as purges and invalidations see it.

import Primitives
import Runtime

/// What is fetched may be stored only if nothing was invalidated since its request went out.
struct FetchStart: Sendable {
  /// The number of the zone's latest purge then.
  let sequence: UInt64
  let instant: Instant

  init(sequence: UInt64, instant: Instant) {
    self.sequence = sequence
    self.instant = instant
  }

  /// A fetch that begins now.
  init(_ zone: borrowing CacheZone) {
    // Not the loop's `now`: an invalidation in this very round came before.
    self.init(sequence: zone.purgeSequence, instant: SystemClock.monotonic)
  }
}
