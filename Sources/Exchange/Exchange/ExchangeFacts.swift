// What the stages found out about an exchange, for the ledger, logs and each other.

package import Primitives

/// Facts of one exchange, gathered on its way.
package struct ExchangeFacts: Sendable {
  /// How the cache served it.
  package enum CacheOutcome: UInt8, Sendable {
    case none, hit, revalidated, stale, miss, collapsed, bypass
  }

  /// Ticks of the monotonic clock when the request's head was complete.
  package var begunAt = Instant(nanoseconds: 0)
  package var cache = CacheOutcome.none
  package var failure: Failure?
  /// Identity of the exchange, told to the origin and the client as X-Request-ID.
  package var requestID: UInt64 = 0

  package init() {}
}
