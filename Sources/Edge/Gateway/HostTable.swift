// From host names to zones, for the names that are in use on one loop.

import Primitives

/// An open-addressed table from host names (lower case, without port) to values.
///
/// It holds names in use only, so a look-up costs the same with ten zones as with a million. Names
/// are hashed with a secret key: clients choose them.
struct HostTable<Value> {
  /// A name with its value, or nothing.
  private struct Slot {
    var hash: UInt64
    var name: [UInt8]
    var value: Value?
  }

  /// A hash of 0 is an empty slot.
  private var slots: [Slot]
  private let hasher: KeyedHash
  private(set) var count = 0

  init(hasher: KeyedHash) {
    self.hasher = hasher
    slots = Array(repeating: Slot(hash: 0, name: [], value: nil), count: 64)
  }

  /// The value of `name`; nil if the name is not in the table.
  func find(_ name: Span<UInt8>) -> Value? {
    let hash = digest(name)
    var index = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[index].hash != 0 {
      if slots[index].hash == hash && slots[index].name.withSpan({ $0.equals(name) }) {
        return slots[index].value
      }
      index = (index + 1) & (slots.count - 1)
    }
    return nil
  }

  mutating func insert(_ name: [UInt8], _ value: Value) {
    if (count + 1) * 4 > slots.count * 3 { resize(slots.count * 2) }
    if put(Slot(hash: digest(name.span), name: name, value: value)) { count += 1 }
  }

  mutating func remove(_ name: [UInt8]) {
    let hash = digest(name.span)
    var index = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[index].hash != 0 {
      if slots[index].hash == hash && slots[index].name == name {
        close(gap: index)
        count -= 1
        return
      }
      index = (index + 1) & (slots.count - 1)
    }
  }

  /// Drops the entries for which `condition` holds.
  mutating func removeAll(where condition: (_ name: [UInt8], _ value: Value) -> Bool) {
    let kept = slots.filter { slot in
      guard slot.hash != 0, let value = slot.value else { return false }
      return !condition(slot.name, value)
    }
    guard kept.count != count else { return }
    var size = 64
    while kept.count * 4 > size * 2 { size *= 2 }
    slots = Array(repeating: Slot(hash: 0, name: [], value: nil), count: size)
    for slot in kept { _ = put(slot) }
    count = kept.count
  }

  private func digest(_ name: Span<UInt8>) -> UInt64 { hasher.hash(name) | 1 }

  /// Whether the slot is a new one.
  private mutating func put(_ slot: Slot) -> Bool {
    var index = Int(truncatingIfNeeded: slot.hash) & (slots.count - 1)
    while slots[index].hash != 0 {
      if slots[index].hash == slot.hash && slots[index].name == slot.name {
        slots[index].value = slot.value
        return false
      }
      index = (index + 1) & (slots.count - 1)
    }
    slots[index] = slot
    return true
  }

  private mutating func resize(_ size: Int) {
    let old = slots
    slots = Array(repeating: Slot(hash: 0, name: [], value: nil), count: size)
    for slot in old where slot.hash != 0 { _ = put(slot) }
  }

  /// Moves later entries of a run forward, so that no search ends at the gap too early.
  private mutating func close(gap: Int) {
    var gap = gap
    var index = (gap + 1) & (slots.count - 1)
    while slots[index].hash != 0 {
      let home = Int(truncatingIfNeeded: slots[index].hash) & (slots.count - 1)
      let distance = (index - home) & (slots.count - 1)
      if distance >= (index - gap) & (slots.count - 1) {
        slots[gap] = slots[index]
        gap = index
      }
      index = (index + 1) & (slots.count - 1)
    }
    slots[gap] = Slot(hash: 0, name: [], value: nil)
  }
}
