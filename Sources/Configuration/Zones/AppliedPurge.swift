// The outcome of a purge.

/// What a purge came to.
package struct AppliedPurge: Sendable {
  /// Its lines of the log, each with the part of it that it is about.
  package let changes: AppliedChanges

  /// Purges of the zone that are kept.
  package let kept: Int

  /// There were too many: all that was stored before this number is void now, whatever it is; nil if
  /// there were not.
  package var voidBefore: UInt64?

  /// The same for soft purges: all that was stored before this number is stale now.
  package var staleBefore: UInt64?
}
