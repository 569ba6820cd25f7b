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

  package init(tables: [String]) { self.tables = tables }
}
