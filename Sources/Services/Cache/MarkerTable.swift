// Keys whose responses could not be shared lately.

import Primitives

/// Keys for which requests must not wait for each other ("hit for miss"), each for a while.
///
/// A hash has eight slots, of which a new marker takes one of its own key, one that is over, one of its
/// own zone, or one of the zone that has most of the eight: a tenant with very many such keys holds what
/// nobody else needs, and gives it back down to its share. A marker that is forgotten early costs one
/// wait.
struct MarkerTable {
  private var hashes: [UInt64]
  private var untils: [Instant]
  private var zones: [ZoneID]
  private static let ways = 8

  init(slots: Int = CacheLimits.markerSlots) {
    precondition(slots & (slots - 1) == 0 && slots >= Self.ways)
    hashes = Array(repeating: 0, count: slots)
    untils = Array(repeating: Instant(nanoseconds: 0), count: slots)
    zones = Array(repeating: ZoneID(high: 0, low: 0), count: slots)
  }

  func isMarked(_ hash: UInt64, at now: Instant) -> Bool { mark(of: hash, at: now) != nil }

  /// Until when the key is marked; nil if it is not.
  func mark(of hash: UInt64, at now: Instant) -> Instant? {
    guard let slot = slot(of: hash), now < untils[slot] else { return nil }
    return untils[slot]
  }

  /// Marks a key of `zone`.
  mutating func mark(_ hash: UInt64, of zone: ZoneID, until: Instant, at now: Instant) {
    let slots = slots(of: hash)
    let slot =
      slot(of: hash) ?? slots.first { untils[$0] <= now } ?? firstToEnd(of: zone, among: slots)
      ?? firstToEndOfLargest(among: slots)
    hashes[slot] = hash
    untils[slot] = until
    zones[slot] = zone
  }

  mutating func clear(_ hash: UInt64) {
    if let slot = slot(of: hash) { untils[slot] = Instant(nanoseconds: 0) }
  }

  private func slots(of hash: UInt64) -> Range<Int> {
    let first = Int(truncatingIfNeeded: hash) & (hashes.count - 1) & ~(Self.ways - 1)
    return first..<first + Self.ways
  }

  private func slot(of hash: UInt64) -> Int? {
    for slot in slots(of: hash) where hashes[slot] == hash { return slot }
    return nil
  }

  /// The marker of `zone` that is over first; nil if there is none.
  private func firstToEnd(of zone: ZoneID, among slots: Range<Int>) -> Int? {
    var first: Int?
    for slot in slots where zones[slot] == zone {
      if first.map({ untils[slot] < untils[$0] }) ?? true { first = slot }
    }
    return first
  }

  /// The marker that is over first of those whose zones have most.
  private func firstToEndOfLargest(among slots: Range<Int>) -> Int {
    var (first, most) = (slots.lowerBound, 0)
    for slot in slots {
      let count = markers(of: zones[slot], among: slots)
      if count > most || count == most && untils[slot] < untils[first] {
        (first, most) = (slot, count)
      }
    }
    return first
  }

  private func markers(of zone: ZoneID, among slots: Range<Int>) -> Int {
    var count = 0
    for slot in slots where zones[slot] == zone { count += 1 }
    return count
  }
}
