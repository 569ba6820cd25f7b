// How much of the disk.

/// Records and their bytes, or a change of them.
package struct DiskUse: Equatable, Sendable {
  package var objects = 0
  /// With headers and what is left empty between records.
  package var bytes = 0

  mutating func add(_ entry: DiskEntry, _ sign: Int) {
    objects += sign
    bytes += sign * entry.recordBytes
  }
}
