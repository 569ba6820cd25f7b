// What the name service did.

/// Counters since the start. All only grow.
package struct NameCounters: Sendable, Equatable {
  /// Queries that were answered, whatever the answer was.
  package var answered: UInt64 = 0
  /// Queries dropped because too many waited.
  package var dropped: UInt64 = 0
  /// Responses that response rate limiting cut to "truncated", and those it dropped.
  package var truncatedByRate: UInt64 = 0
  package var droppedByRate: UInt64 = 0
  /// Transfers of zones that were sent to their end, whole or as differences.
  package var transfers: UInt64 = 0
  /// Secondaries that have acknowledged a change, and those that did not, however often they were told.
  package var notified: UInt64 = 0
  package var unreached: UInt64 = 0

  package init() {}

  package static func += (sum: inout NameCounters, other: NameCounters) {
    sum.answered += other.answered
    sum.dropped += other.dropped
    sum.truncatedByRate += other.truncatedByRate
    sum.droppedByRate += other.droppedByRate
    sum.transfers += other.transfers
    sum.notified += other.notified
    sum.unreached += other.unreached
  }
}
