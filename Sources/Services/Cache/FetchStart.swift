// When a fetch began, as invalidations see it.

import Primitives
import Runtime

/// What is fetched may be stored only if nothing was invalidated since its request went out.
struct FetchStart: Sendable {
  /// The zone's generation then.
  let generation: UInt64
  let instant: Instant

  init(generation: UInt64, instant: Instant) {
    self.generation = generation
    self.instant = instant
  }

  /// A fetch that begins now.
  init(_ zone: CacheZone) {
    // Not the loop's `now`: an invalidation in this very round came before.
    self.init(generation: zone.generation, instant: SystemClock.monotonic)
  }
}
