// How long a zone lets stale responses be used.

/// What a zone allows beyond the word of its origins (RFC 9111 section 4.2.4, RFC 5861), in seconds
/// after a response became stale. What a response allows itself counts where it is longer.
package struct StaleConfiguration: Equatable, Sendable {
  /// While it is validated behind the client's back.
  package var whileRevalidateSeconds = 0

  /// When the origin answers 500, 502, 503 or 504.
  package var ifErrorSeconds = 0

  /// When the origin can't be reached or breaks off: a cache that is disconnected may use what it
  /// has.
  package var ifUnreachableSeconds = 86_400

  package init() {}
}
