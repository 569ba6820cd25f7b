// Finding a known field name by one multiplication and two comparisons.

import Primitives

/// The known names in a perfect hash over length, first and last eight bytes.
///
/// Folding case by setting bit 5 is exact for the names in the table as long as the bytes hold no
/// control characters: only those and capitals are changed to another character of a name.
struct FieldNameIndex: Sendable {
  /// One name: its first and last eight bytes (of a shorter name both are the whole).
  private struct Slot: Sendable {
    var head: UInt64 = 0
    var tail: UInt64 = 0
    var length = 0
    var name = FieldName.other
  }

  static let shared = FieldNameIndex()

  /// Names that differ only in the middle do not exist, but strangers may send such: names longer
  /// than both words are compared whole.
  private static let wordBytes = 16
  private static let placeBits: UInt64 = 10

  private var multiplier: UInt64 = 0x9e37_79b9_7f4a_7c15
  private var places: [UInt8]
  private var slots: [Slot]

  private init() {
    slots = [Slot()]
    places = []
    for name in FieldName.allCases where name != .other {
      var bytes: [UInt8] = []
      bytes.append(name.lowercase)
      slots.append(Self.slot(bytes.span, name))
    }
    // A deterministic search: some twenty tries until no two names share a place.
    while !fill() { multiplier = multiplier &* 0x5851_f42d_4c95_7f2d &+ 2 }
  }

  private static func slot(_ bytes: Span<UInt8>, _ name: FieldName) -> Slot {
    let length = bytes.count
    return Slot(
      head: bytes.word(at: 0, length: min(length, 8)),
      tail: bytes.word(at: max(length - 8, 0), length: min(length, 8)), length: length, name: name)
  }

  private mutating func fill() -> Bool {
    places = [UInt8](repeating: 0, count: 1 << Int(Self.placeBits))
    for index in 1..<slots.count {
      let slot = slots[index]
      let place = place(slot.head, slot.tail, slot.length)
      if places[place] != 0 { return false }
      places[place] = UInt8(index)
    }
    return true
  }

  @inline(__always) private func place(_ head: UInt64, _ tail: UInt64, _ length: Int) -> Int {
    let mixed = (head ^ (tail << 23 | tail >> 41)) &+ UInt64(truncatingIfNeeded: length)
    return Int(truncatingIfNeeded: (mixed &* multiplier) >> (64 - Self.placeBits))
  }

  /// The known name that `name` spells in lower case exactly, whatever else it may hold.
  @inline(__always) func findLowercase(_ name: Span<UInt8>) -> FieldName {
    let length = name.count
    guard length >= 2 else { return .other }
    let head = name.word(at: 0, length: min(length, 8))
    let tail = length > 8 ? name.word(at: length &- 8) : head
    let slot = slots[Int(places[place(head, tail, length)])]
    guard slot.head == head && slot.tail == tail && slot.length == length else { return .other }
    if length > Self.wordBytes, !name.equals(slot.name.lowercase) { return .other }
    return slot.name
  }

  /// The known name at `start`, `length` bytes long, of bytes without control characters.
  @inline(__always) func find(
    in bytes: Span<UInt8>, at start: Int, length: Int
  ) -> FieldName {
    guard length >= 2 else { return .other }
    let whole = min(length, 8)
    let fold = UInt64.repeating(0x20)
    let head = (bytes.word(at: start, length: whole) | fold).keeping(whole)
    let tail =
      length > 8 ? bytes.word(at: start &+ length &- 8) | fold : head
    let slot = slots[Int(places[place(head, tail, length)])]
    guard slot.head == head && slot.tail == tail && slot.length == length else { return .other }
    if length > Self.wordBytes,
      !bytes.extracting(start..<(start &+ length)).equalsIgnoringCase(slot.name.lowercase)
    {
      return .other
    }
    return slot.name
  }
}
