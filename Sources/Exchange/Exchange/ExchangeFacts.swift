// What the stages found out about an exchange, for the ledger, logs and each other.

package import HTTP
package import Primitives

/// Facts of one exchange, gathered on its way.
package struct ExchangeFacts: Sendable {
  /// How the cache served it.
  package enum CacheOutcome: UInt8, Sendable {
    case none, hit, revalidated, stale, miss, collapsed, bypass

    /// Where a response came from that was served so.
    package func layer(isFromDisk: Bool, isFromReserve: Bool = false) -> Layer {
      switch self {
      case .none: .none
      case .hit, .stale: isFromReserve ? .reserve : isFromDisk ? .disk : .ram
      case .revalidated, .miss, .collapsed, .bypass: .origin
      }
    }
  }

  /// The deepest place that had to be asked for the response.
  package enum Layer: UInt8, CaseIterable, Sendable {
    /// None of those below: it was made here, as a redirect or an error page.
    case none
    case ram
    /// The cache's part on disks.
    case disk
    /// An object store behind the disks.
    case reserve
    case origin
  }

  /// Ticks of the monotonic clock when the request's head was complete.
  package var begunAt = Instant(nanoseconds: 0)
  package var cache = CacheOutcome.none
  /// The stored response that it was served with lay on a disk.
  package var isFromDisk = false
  /// It lay in the reserve.
  package var isFromReserve = false
  /// When the cache began to look for a response, if the client is to be told how long what took.
  package var sourceBegunAt: Instant?
  /// How long it waited for the head of the origin's response to its own request, if the client is to
  /// be told; 0 if there was none.
  package var originNanoseconds: UInt64 = 0
  /// How long its fetch waited for the reserve, whether that had a response or not.
  package var reserveNanoseconds: UInt64 = 0
  /// Bytes of content that were handed to the connection.
  package var contentBytes: UInt64 = 0
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

  package var layer: Layer {
    cache.layer(isFromDisk: isFromDisk, isFromReserve: isFromReserve)
  }
}
