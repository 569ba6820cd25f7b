// What a zone may say about its cache.

/// A zone's cache configuration.
package struct CacheConfiguration: Sendable, Equatable {
  /// Whether responses are stored and reused at all.
  package var enabled = true
  /// Bodies beyond this many bytes are passed through, not stored.
  package var maximumObjectBytes = 64 << 20

  package init() {}
}
