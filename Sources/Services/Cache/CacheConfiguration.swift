// What a zone may say about its cache.

/// The cache settings of a zone. What may be stored is the origin's word (RFC 9111), not a setting.
package struct CacheConfiguration: Equatable, Sendable {
  /// Whether responses are stored and reused at all.
  package var isEnabled = true

  /// Larger responses are passed through and not stored, in bytes.
  package var maximumObjectBytes = 64 << 20

  /// How long a response without any word on freshness stays fresh; zero stores none of those
  /// (RFC 9111 section 4.2.2 would allow a guess).
  package var defaultFreshnessSeconds = 0

  /// How long stale responses may be used, and when.
  package var stale = StaleConfiguration()

  package init() {}
}
