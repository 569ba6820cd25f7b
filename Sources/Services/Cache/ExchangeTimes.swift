// When a request was sent and its response came.

import Primitives

/// The instants that age is computed from (RFC 9111 section 4.2.3).
struct ExchangeTimes: Sendable {
  var requestedAt: Instant
  var receivedAt: Instant
  var receivedWall: WallTime
}
