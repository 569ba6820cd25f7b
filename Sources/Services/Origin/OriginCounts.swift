// Counts of fetches, for metrics.

/// What happened on the way to a zone's origins, on one loop, since the zone became active.
package struct OriginCounts: Sendable, Equatable {
  package var fetches: UInt64 = 0
  package var failures: UInt64 = 0
  /// Attempts beyond the first one of a fetch.
  package var retries: UInt64 = 0
  /// Connections that were opened.
  package var connections: UInt64 = 0
}
