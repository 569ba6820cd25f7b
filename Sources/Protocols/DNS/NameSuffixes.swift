// The suffixes of a name, hashed for looking them up.

import Primitives

/// Where each label of a name begins, and 16 bits of hash of the suffix that begins there, in any
/// ASCII case. A name with more than `DNSLimits.compressedLabels` labels has none.
struct NameSuffixes: Sendable {
  private(set) var count = 0
  private(set) var starts = InlineArray<40, UInt8>(repeating: 0)
  private(set) var hashes = InlineArray<40, UInt16>(repeating: 0)

  /// Of a name in wire form that was checked before.
  init(_ name: Span<UInt8>) {
    var starts = starts.mutableSpan
    var (index, labels) = (0, 0)
    while index < name.count, name[index] > 0 {
      if labels == DNSLimits.compressedLabels { return }
      starts[labels] = UInt8(truncatingIfNeeded: index)
      labels &+= 1
      index &+= Int(name[index]) &+ 1
    }
    count = labels
    hash(name)
  }

  /// From the last label to the first, so that each suffix's hash comes of the shorter one's.
  private mutating func hash(_ name: Span<UInt8>) {
    var hashes = hashes.mutableSpan
    var (hash, number): (UInt64, Int) = (0x9e37_79b9_7f4a_7c15, count)
    while number > 0 {
      number &-= 1
      var place = Int(starts.span[number])
      let end = place &+ 1 &+ Int(name[place])
      while place < end {
        let word = name.littleWord(at: place, length: min(8, end &- place)).asciiLowercased
        hash = (hash ^ word) &* 0x9fb2_1c65_1e98_df25
        hash ^= hash &>> 29
        place &+= 8
      }
      hashes[number] = UInt16(truncatingIfNeeded: hash &>> 40)
    }
  }
}
