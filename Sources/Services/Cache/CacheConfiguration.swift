// What a zone may say about its cache.

/// The cache settings of a zone. What may be stored, and for how long, is the origin's word
/// (RFC 9111) where they don't say otherwise.
package struct CacheConfiguration: Equatable, Sendable {
  /// Whether responses are stored and reused at all.
  package var isEnabled = true

  /// What holds for requests that no rule fits.
  package var settings = CacheSettings()

  /// In their order: the first that fits a request counts.
  package var rules: [CacheRule] = []

  package init() {}
}
