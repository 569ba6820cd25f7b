// Keys whose responses could not be shared lately.

import Primitives

/// Keys for which requests must not wait for each other ("hit for miss"), each for a while.
///
/// One slot per hash: a collision forgets a marker early, which costs one wait.
struct MarkerTable {
  private var hashes: [UInt64]
  private var untils: [Instant]

  init(slots: Int = CacheLimits.markerSlots) {
    precondition(slots & (slots - 1) == 0)
    hashes = Array(repeating: 0, count: slots)
    untils = Array(repeating: Instant(nanoseconds: 0), count: slots)
  }

  func isMarked(_ hash: UInt64, at now: Instant) -> Bool { mark(of: hash, at: now) != nil }

  /// Until when the key is marked; nil if it is not.
  func mark(of hash: UInt64, at now: Instant) -> Instant? {
    let slot = Int(truncatingIfNeeded: hash) & (hashes.count - 1)
    return hashes[slot] == hash && now < untils[slot] ? untils[slot] : nil
  }

  mutating func mark(_ hash: UInt64, until: Instant) {
    let slot = Int(truncatingIfNeeded: hash) & (hashes.count - 1)
    hashes[slot] = hash
    untils[slot] = until
  }

  mutating func clear(_ hash: UInt64) {
    let slot = Int(truncatingIfNeeded: hash) & (hashes.count - 1)
    if hashes[slot] == hash { hashes[slot] = 0 }
  }
}
