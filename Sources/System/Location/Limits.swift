// Every bound of databases of locations, with its unit, its reason, and what happens at it.

/// Bounds of databases. What goes beyond one of them is refused as damaged when it is opened.
package enum LocationLimits {
  /// Bytes of a database, which is held in memory. The largest that are sold have 150 MiB. (The library
  /// counts in 32 bits, so that 4 GiB would be its end.)
  package static let databaseBytes = 1 << 30

  /// Bytes at the end of a file in which the library looks for its metadata.
  static let metadataBytes = 128 << 10

  /// Maps and arrays within each other; those of real records are four deep. The library goes into them
  /// by recursion without a limit of its own.
  static let nesting = 16

  /// Values of one record, or of the metadata, not counting what it points to. The richest real ones
  /// have 400. Each that lies before a field costs some nanoseconds of every look-up.
  static let valuesOfRecord = 4096

  /// Values that are looked at when a database is opened, for each byte of its data. A record is read for
  /// itself and for each that it is a part of, so that real data need less than one.
  static let valuesPerByte = 8

  /// Records among which one with a country is looked for before a database is said to have none.
  static let sampledRecords = 4096
}
