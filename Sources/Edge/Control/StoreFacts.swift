// What the edge knows of its store.

import ConfigurationTree

/// What is known of the store of zones.
package struct StoreFacts: Sendable, Equatable {
  package var directory: String
  /// The sequence number of the last change on the disk.
  package var sequence: UInt64
  package var zones: Int
  /// How opening it went, in a sentence.
  package var report: String
  /// Whether it was damaged or missing, and what is served comes from an export.
  package var wasRestored: Bool

  var tree: ConfigurationValue {
    .object([
      ("directory", .string(directory)), ("sequence", .count(sequence)),
      ("zones", .integer(zones)), ("state", .string(wasRestored ? "restored" : "sound")),
      ("report", .string(report)),
    ])
  }
}
