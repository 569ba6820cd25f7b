// The outcome of a purge.

/// What a purge came to.
package struct AppliedPurge: Sendable {
  /// Its lines of the log, each with the part of it that it is about.
  package let changes: AppliedChanges

  /// Purges of the zone that are kept.
  package let kept: Int

  /// There were too many, and what was stored before this number is void now, all of it; nil if there
  /// were not.
  package let foldedUpTo: UInt64?
}
