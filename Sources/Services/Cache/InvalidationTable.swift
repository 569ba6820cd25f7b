// When keys were invalidated.

import Primitives

/// The latest invalidations of keys, by hash: what was fetched before one must not be stored after.
///
/// Sets of four. Where more were invalidated than a set holds, the oldest is forgotten and counts for
/// all keys of the set: some response is not stored then, never a void one.
struct InvalidationTable {
  private var hashes: [UInt64]
  private var instants: [Instant]
  /// The latest invalidation that a set forgot.
  private var forgotten: [Instant]

  private static let ways = 4

  init(sets: Int = CacheLimits.invalidationSets) {
    precondition(sets & (sets - 1) == 0)
    let never = Instant(nanoseconds: 0)
    hashes = Array(repeating: 0, count: sets * Self.ways)
    instants = Array(repeating: never, count: sets * Self.ways)
    forgotten = Array(repeating: never, count: sets)
  }

  /// Notes that `hash` is invalidated now; instants never go back.
  mutating func note(_ hash: UInt64, at now: Instant) {
    let set = set(of: hash)
    let slots = set * Self.ways..<(set + 1) * Self.ways
    var chosen = slots.lowerBound
    for slot in slots {
      if hashes[slot] == hash {
        instants[slot] = now
        return
      }
      if instants[slot] < instants[chosen] { chosen = slot }
    }
    forgotten[set] = max(forgotten[set], instants[chosen])
    hashes[chosen] = hash
    instants[chosen] = now
  }

  /// Whether `hash` may have been invalidated at `instant` or later.
  func isNoted(_ hash: UInt64, since instant: Instant) -> Bool {
    let set = set(of: hash)
    if forgotten[set] >= instant { return true }
    for slot in set * Self.ways..<(set + 1) * Self.ways where hashes[slot] == hash {
      return instants[slot] >= instant
    }
    return false
  }

  private func set(of hash: UInt64) -> Int {
    Int(truncatingIfNeeded: hash) & (forgotten.count - 1)
  }
}
