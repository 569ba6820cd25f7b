// Objects by a hash that was computed before.

/// An open-addressed table of objects by 64-bit hash, in segments that grow one at a time.
///
/// Linear probing with backward-shift deletion (Knuth, volume 3, 6.4 R). Several objects may have
/// the same hash: callers say which one they mean.
struct HashTable<Element: AnyObject> {
  private var segments: [Segment]
  private(set) var count = 0

  init(segments: Int = CacheLimits.tableSegments) {
    precondition(segments > 0 && segments & (segments - 1) == 0 && segments <= 256)
    self.segments = Array(repeating: Segment(), count: segments)
  }

  /// The first object of that hash for which `condition` holds.
  @inline(__always)
  func first(_ hash: UInt64, where condition: (Element) -> Bool) -> Element? {
    let segment = segmentIndex(hash)
    let mask = segments[segment].mask
    var slot = Int(truncatingIfNeeded: hash) & mask
    while let element = segments[segment].slots[slot].element {
      if segments[segment].slots[slot].hash == hash, condition(element) { return element }
      slot = (slot + 1) & mask
    }
    return nil
  }

  mutating func insert(_ element: Element, hash: UInt64) {
    segments[segmentIndex(hash)].insert(element, hash: hash)
    count += 1
  }

  /// Removes `element`; false if it is not there.
  @discardableResult
  mutating func remove(_ element: Element, hash: UInt64) -> Bool {
    guard segments[segmentIndex(hash)].remove(element, hash: hash) else { return false }
    count -= 1
    return true
  }

  func forEach(_ body: (Element) -> Void) {
    for segment in segments {
      for slot in segment.slots {
        if let element = slot.element { body(element) }
      }
    }
  }

  @inline(__always)
  private func segmentIndex(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: hash >> 56) & (segments.count - 1)
  }

  /// A table of its own, for a part of the hashes.
  private struct Segment {
    var slots: [Slot]
    var count = 0

    /// Together, so that a probe is one line of memory.
    struct Slot {
      var hash: UInt64 = 0
      var element: Element?
    }

    var mask: Int { slots.count - 1 }

    init(slots count: Int = CacheLimits.segmentSlots) {
      slots = Array(repeating: Slot(), count: count)
    }

    mutating func insert(_ element: Element, hash: UInt64) {
      if (count + 1) * 4 > slots.count * 3 { grow() }
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot].element != nil { slot = (slot + 1) & mask }
      slots[slot] = Slot(hash: hash, element: element)
      count += 1
    }

    mutating func remove(_ element: Element, hash: UInt64) -> Bool {
      var hole = Int(truncatingIfNeeded: hash) & mask
      while let present = slots[hole].element, present !== element { hole = (hole + 1) & mask }
      guard slots[hole].element != nil else { return false }
      slots[hole].element = nil
      count -= 1
      var slot = (hole + 1) & mask
      while slots[slot].element != nil {
        let home = Int(truncatingIfNeeded: slots[slot].hash) & mask
        // The object may move into the hole if that is not before its home, cyclically.
        if (slot &- home) & mask >= (slot &- hole) & mask {
          slots.swapAt(hole, slot)
          hole = slot
        }
        slot = (slot + 1) & mask
      }
      return true
    }

    private mutating func grow() {
      var larger = Segment(slots: slots.count * 2)
      for slot in slots {
        if let element = slot.element { larger.insert(element, hash: slot.hash) }
      }
      self = larger
    }
  }
}
