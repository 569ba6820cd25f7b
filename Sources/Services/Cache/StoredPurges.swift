// A zone's purges as they come back from the disk.

package import Primitives

/// What the store of zones keeps of a zone's purges.
package struct StoredPurges: Sendable {
  package typealias Mark = PurgeMark<WallTime>
  package typealias Item = (hash: UInt64, mark: Mark)

  /// The number of the latest purge; 0 if there never was one.
  package var sequence: UInt64
  /// What holds for everything.
  package var floor: Mark
  /// The others by their hash: the latest that there is room for (`PurgeTable`), and those before them.
  package var young: [Item] = []
  package var old: [Item] = []
  package var prefixes: [(bytes: [UInt8], mark: Mark)] = []

  package init(sequence: UInt64 = 0, floor: Mark = Mark(softTime: WallTime(seconds: 0))) {
    self.sequence = sequence
    self.floor = floor
  }
}
