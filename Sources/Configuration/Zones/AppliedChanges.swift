// The outcome of an application of changes.

/// What an `apply` did.
package struct AppliedChanges: Equatable, Sendable {
  /// The store's sequence number afterwards.
  package let sequence: UInt64

  /// What changed, in order; zones whose configuration was the same already are not in it.
  package let changes: [ZoneChangeRecord]

  /// Zones whose own keys stayed in an import, as those of the export are not made of them.
  package internal(set) var keptKeys: [String] = []

  package init(sequence: UInt64, changes: [ZoneChangeRecord]) {
    self.sequence = sequence
    self.changes = changes
  }
}
