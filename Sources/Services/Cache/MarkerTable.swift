// Keys whose responses could not be shared lately.

import Primitives

/// Keys for which requests must not wait for each other ("hit for miss"), each for a while.
///
/// A hash has eight slots, of which a new marker takes one of its own key, one that is over, one of its
/// own zone, or the one that would be over first: a tenant with very many such keys takes one slot in
/// eight from the others. A marker that is forgotten early costs one wait.
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
    let slot = slot(of: hash) ?? replaceable(by: zone, among: slots(of: hash), at: now)
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

  private func replaceable(by zone: ZoneID, among slots: Range<Int>, at now: Instant) -> Int {
    var first = slots.lowerBound
    var own: Int?
    for slot in slots {
      if untils[slot] <= now { return slot }
      if zones[slot] == zone, own.map({ untils[slot] < untils[$0] }) ?? true { own = slot }
      if untils[slot] < untils[first] { first = slot }
    }
    return own ?? first
  }
}
