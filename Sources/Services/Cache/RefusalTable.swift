// Why responses were not stored lately.

import Primitives

/// The reasons for which responses were not stored, by the hash of their keys, for those who ask. One
/// slot per hash: a later one takes the slot.
struct RefusalTable {
  private var entries: [Entry?]

  /// A reason, and when it was one.
  struct Entry: Sendable {
    let hash: UInt64
    let reason: StorageRules.Refusal
    let instant: Instant
  }

  init(slots: Int = CacheLimits.refusalSlots) {
    precondition(slots & (slots - 1) == 0)
    entries = Array(repeating: nil, count: slots)
  }

  func find(_ hash: UInt64) -> Entry? {
    let entry = entries[slot(hash)]
    return entry?.hash == hash ? entry : nil
  }

  mutating func note(_ reason: StorageRules.Refusal, of hash: UInt64, at now: Instant) {
    entries[slot(hash)] = Entry(hash: hash, reason: reason, instant: now)
  }

  private func slot(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: hash) & (entries.count - 1)
  }
}
