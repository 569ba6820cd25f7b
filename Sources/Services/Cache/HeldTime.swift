// Time that stands still.

import Primitives

/// A time that a shard takes for the present, so that tests can let it jump.
struct HeldTime {
  var now: Instant
  var wall: WallTime
}
