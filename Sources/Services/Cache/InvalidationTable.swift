// When keys were invalidated.

import Primitives

/// The latest invalidations of keys, by hash: what was fetched before one must not be stored after.
///
/// Sets of four. Where more were invalidated than a set holds, the oldest is forgotten and counts for
/// all keys of its zone: some response is not stored then, never a void one. What a zone forgets is
/// never later than its own invalidations, so that others' change nothing for it that matters.
struct InvalidationTable {
  private var slots: [Slot]
  private let sets: Int

  /// An invalidation of a key. A zone that has ended has no fetches any more.
  private struct Slot {
    var hash: UInt64 = 0
    var instant = Instant(nanoseconds: 0)
    weak var zone: CacheZone?
  }

  private static let ways = 4

  init(sets: Int = CacheLimits.invalidationSets) {
    precondition(sets & (sets - 1) == 0)
    self.sets = sets
    slots = Array(repeating: Slot(), count: sets * Self.ways)
  }

  /// Notes that `hash`, a key of `zone`, is invalidated now; instants never go back.
  mutating func note(_ hash: UInt64, of zone: CacheZone, at now: Instant) {
    let set = set(of: hash)
    var chosen = set.lowerBound
    for index in set {
      if slots[index].hash == hash {
        slots[index] = Slot(hash: hash, instant: now, zone: zone)
        return
      }
      if slots[index].instant < slots[chosen].instant { chosen = index }
    }
    slots[chosen].zone?.forgetInvalidation(at: slots[chosen].instant)
    slots[chosen] = Slot(hash: hash, instant: now, zone: zone)
  }

  /// Whether `hash`, a key of `zone`, may have been invalidated at `instant` or later.
  func isNoted(_ hash: UInt64, of zone: CacheZone, since instant: Instant) -> Bool {
    if zone.forgottenInvalidation >= instant { return true }
    for index in set(of: hash) where slots[index].hash == hash {
      return slots[index].instant >= instant
    }
    return false
  }

  private func set(of hash: UInt64) -> Range<Int> {
    let start = (Int(truncatingIfNeeded: hash) & (sets - 1)) * Self.ways
    return start..<start + Self.ways
  }
}
