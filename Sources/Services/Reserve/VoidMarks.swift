// Which objects in the store must not be used any more, though nobody has removed them.

import Primitives

/// What is void of a zone's objects: all that was written until a moment, or all of a group of targets that was
/// received before one. Marks are made where something failed and a removal would not do; they stay, and
/// cost at worst objects that are sound.
struct VoidMarks: Sendable {
  private var zones: [ZoneID: VoidNote] = [:]
  private var allUntil = VoidNote.never
  /// Groups of all zones that have a moment.
  private(set) var groupCount = 0

  /// All that any zone has there, written until `time`, is void.
  mutating func voidAll(until time: WallTime) { allUntil = max(allUntil, time) }

  /// All that was written until `time` is void.
  mutating func void(_ zone: ZoneID, writtenUntil time: WallTime) {
    let before = zones[zone]?.writtenUntil ?? VoidNote.never
    zones[zone, default: VoidNote()].writtenUntil = max(before, time)
  }

  /// What was received before `time` is void, of a target and of those that share its group. Of a zone that
  /// has too many groups all is: that was received or written until `now`.
  mutating func void(
    _ target: String, of zone: ZoneID, receivedBefore time: WallTime, now: WallTime
  ) {
    let group = Self.group(of: target)
    if let before = zones[zone]?.groups[group] {
      zones[zone]?.groups[group] = max(before, time)
      return
    }
    let own = zones[zone]?.groups.count ?? 0
    guard own < ReserveLimits.voidGroups - groupCount else {
      groupCount -= own
      zones[zone, default: VoidNote()].loseAll(now: now)
      return
    }
    zones[zone, default: VoidNote()].groups[group] = time
    groupCount += 1
  }

  func isVoid(
    _ target: String, of zone: ZoneID, received: WallTime, written: WallTime
  ) -> Bool {
    if written <= allUntil { return true }
    guard let note = zones[zone] else { return false }
    if written <= note.writtenUntil || received < note.receivedBefore { return true }
    return note.groups[Self.group(of: target)].map { received < $0 } ?? false
  }

  /// What is to be kept of a zone.
  func note(of zone: ZoneID) -> VoidNote { zones[zone] ?? VoidNote() }

  /// Takes over what was kept. Before anything is marked.
  mutating func restore(_ note: VoidNote, of zone: ZoneID) {
    groupCount += note.groups.count - (zones[zone]?.groups.count ?? 0)
    var note = note
    note.removals = []
    zones[zone] = note
  }

  /// The group of a target: some of the digest at the end of what its objects begin with.
  static func group(of target: String) -> UInt16 {
    var group: UInt16 = 0
    for digit in target.utf8.dropLast().suffix(4) {
      group = group << 4 | UInt16(Hexadecimal.value(digit) ?? 0)
    }
    return group % UInt16(ReserveLimits.groupsPerZone)
  }
}
