// Lifetimes of responses of some statuses.

/// How long responses of some statuses live, whatever they say: negative caching above all.
package struct StatusLifetime: Equatable, Sendable {
  package var statuses: ClosedRange<Int>

  /// Seconds of freshness here, zero to store none; nil changes nothing.
  package var edgeSeconds: Int?

  /// Seconds that browsers may keep them; nil changes nothing.
  package var browserSeconds: Int?

  package init(
    statuses: ClosedRange<Int>, edgeSeconds: Int? = nil, browserSeconds: Int? = nil
  ) {
    self.statuses = statuses
    self.edgeSeconds = edgeSeconds
    self.browserSeconds = browserSeconds
  }
}
