// How an environment is opened.

/// What may be chosen when an environment is opened.
package struct StorageConfiguration: Sendable {
  /// The tables that must be there; missing ones are made.
  package var tables: [String]

  /// See `StorageLimits.mapBytes`.
  package var mapBytes = StorageLimits.mapBytes

  /// See `StorageLimits.mapBytesMaximum`.
  package var mapBytesMaximum = StorageLimits.mapBytesMaximum

  /// See `StorageLimits.readers`.
  package var readers = StorageLimits.readers

  /// Whether opening throws `StorageError.inUse` while another process has the environment open.
  package var isExclusive = false

  /// Whether the content can be had again, as a cache's can. Then a file that was not closed properly
  /// is believed once, so that a start after a kill takes no longer than others; if the process is
  /// killed again before it called `confirm`, as it would be by a damaged file, the next opening
  /// checks everything.
  package var isExpendable = false

  /// Whether the kernel is to read ahead; pointless for single records of a large file.
  package var readsAhead = true

  package init(tables: [String]) { self.tables = tables }
}
