// Names that are not in the bucket.

import Primitives

/// Remembers for a while that there is no object of a name, so that requests for what is never kept do not
/// wait for the store each time. A newer name takes the place of an older one.
struct AbsenceTable: Sendable {
  private var slots: [Slot]

  /// A name, and until when it is believed.
  private struct Slot: Sendable {
    var name: UInt64 = 0
    var until = Instant(nanoseconds: 0)
  }

  init(slots count: Int = ReserveLimits.absentNames) {
    precondition(count > 0)
    slots = Array(repeating: Slot(), count: count)
  }

  mutating func note(_ name: ObjectName, now: Instant) {
    let word = Self.word(name)
    slots[index(word)] = Slot(name: word, until: now + ReserveLimits.absentDuration)
  }

  /// An object of that name is being written.
  mutating func forget(_ name: ObjectName) {
    let word = Self.word(name)
    if slots[index(word)].name == word { slots[index(word)] = Slot() }
  }

  func isAbsent(_ name: ObjectName, now: Instant) -> Bool {
    let word = Self.word(name)
    let slot = slots[index(word)]
    return slot.name == word && slot.until > now
  }

  private func index(_ word: UInt64) -> Int { Int(word % UInt64(slots.count)) }

  /// The first bytes of a digest, which meet by chance only.
  private static func word(_ name: ObjectName) -> UInt64 {
    name.digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
