// New times for a record.

import Primitives

/// What a validation changes of a record that stays as it is.
struct DiskTouch: Sendable {
  let selection: UInt64
  let receivedWall: WallTime
  let expiresWall: WallTime
  let sequence: UInt64

  /// `entry`, if it is of that selection, with these times.
  func applied(to entry: DiskEntry) -> DiskEntry {
    guard entry.selection == selection else { return entry }
    var entry = entry
    entry.received = DiskEntry.seconds(receivedWall)
    entry.expires = DiskEntry.seconds(expiresWall)
    entry.sequence = sequence
    return entry
  }
}
