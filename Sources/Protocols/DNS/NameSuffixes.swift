// The suffixes of a name, hashed for looking them up.

import Primitives

/// Where each label of a name begins, and 16 bits of hash of the suffix that begins there, in any
/// ASCII case.
struct NameSuffixes: Sendable {
  let starts: InlineArray<128, UInt8>
  let count: Int
  private(set) var hashes = InlineArray<128, UInt16>(repeating: 0)

  /// Of a name in wire form that was checked before.
  init(_ name: Span<UInt8>) {
    (starts, count) = name.labelStarts
    // FNV-1a from the last label to the first, so that each suffix's hash comes of the shorter one's.
    var hash: UInt32 = 0x811c_9dc5
    var number = count
    while number > 0 {
      number &-= 1
      let start = Int(starts[number])
      for index in start...(start &+ Int(name[start])) {
        hash = (hash ^ UInt32(name[index].asciiLowercased)) &* 0x0100_0193
      }
      hashes[number] = UInt16(truncatingIfNeeded: hash >> 16 ^ hash)
    }
  }
}
