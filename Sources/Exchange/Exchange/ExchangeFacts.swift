// What the stages found out about an exchange, for the ledger, logs and each other.

package import HTTP
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

  /// The coding that the client wants its content in, if that may be coded (RFC 9110 section 12.5.3).
  package var wantedCoding = ContentCoding.identity
  /// The client refuses content without a coding (`identity;q=0`).
  package var refusesIdentity = false
  /// The coding that was applied here.
  package var appliedCoding = ContentCoding.identity

  package init() {}
}
