// Which names a message has already, so that others can point at them (RFC 1035 section 4.1.4).

import Primitives

/// Suffixes that were written into a message under construction: a bounded table that is searched
/// from its start. Elements are reached through spans: a subscript of an `InlineArray` with an index
/// that is not constant copies the array (Swift 6.3). A suffix has 16 bits of hash beside its offset, so that few are compared.
struct NameCompression: Sendable {
  private var entries = InlineArray<32, UInt32>(repeating: 0)
  private var count = 0

  /// Forgets what was written at or behind `offset`.
  mutating func forget(from offset: Int) {
    while count > 0, Int(entries.span[count &- 1] & 0xffff) >= offset { count &-= 1 }
  }

  /// The first of the suffixes of `name` that `message` has, by its number, and where that is.
  func find(
    _ suffixes: borrowing NameSuffixes, of name: Span<UInt8>, in message: Span<UInt8>
  ) -> (label: Int, target: Int)? {
    if count == 0 { return nil }
    for number in 0..<suffixes.count {
      let hash = suffixes.hashes.span[number]
      for index in 0..<count {
        let entry = entries.span[index]
        guard UInt16(truncatingIfNeeded: entry >> 16) == hash else { continue }
        let target = Int(entry & 0xffff)
        let start = Int(suffixes.starts.span[number])
        if message.holds(name.extracting(start..<name.count), at: target) {
          return (number, target)
        }
      }
    }
    return nil
  }

  /// Remembers the first `labels` suffixes of a name that was written at `offset`.
  mutating func remember(_ suffixes: borrowing NameSuffixes, _ labels: Int, at offset: Int) {
    for number in 0..<labels {
      let place = offset &+ Int(suffixes.starts.span[number])
      // A pointer has 14 bits.
      guard count < DNSLimits.compressionTargets, place < 0x4000 else { return }
      var entries = entries.mutableSpan
      entries[count] = UInt32(suffixes.hashes.span[number]) << 16 | UInt32(place)
      count &+= 1
    }
  }
}

extension Span where Element == UInt8 {
  /// Whether the name at `start` of this message, which was written by us, is `name`.
  @inline(__always) fileprivate func holds(_ name: Span<UInt8>, at start: Int) -> Bool {
    var (index, place) = (start, 0)
    while place < name.count {
      let length = Int(self[index])
      if length >= 0xc0 {
        index = (length & 0x3f) << 8 | Int(self[index &+ 1])
        continue
      }
      guard length == Int(name[place]) else { return false }
      var step = 0
      while step <= length {
        let bytes = Swift.min(8, length &+ 1 &- step)
        let (mine, other) = (
          littleWord(at: index &+ step, length: bytes),
          name.littleWord(at: place &+ step, length: bytes)
        )
        if mine != other, mine.asciiLowercased != other.asciiLowercased { return false }
        step &+= 8
      }
      index &+= length &+ 1
      place &+= length &+ 1
    }
    return true
  }
}
