// How often was it asked for lately? Of all that is asked for, in memory of a fixed size.

/// A count-min sketch of 4-bit counters with conservative update, aged little by little (TinyLFU:
/// Einziger, Friedman, Manes, 2017). It may say too much of a digest, never too little of a recent one.
struct FrequencySketch {
  private var words: [UInt64]
  private let mask: Int
  private var requests = 0
  private var nextHalved = 0
  private static let counters = 4

  /// For about so many records: 16 counters each.
  init(records: Int) {
    precondition(records > 0)
    let wanted = min(
      max(records, DiskLimits.sketchRecordsLeast), DiskLimits.sketchRecordsMost)
    let count = 1 << (Int.bitWidth - (wanted - 1).leadingZeroBitCount)
    words = Array(repeating: 0, count: count)
    mask = count - 1
  }

  /// Counts a request.
  mutating func count(_ digest: DiskDigest) {
    let before = frequency(of: digest)
    if before < 15 {
      // Only the lowest counters, which are those that say how many there were.
      for index in 0..<Self.counters {
        let (word, shift) = place(digest, index)
        guard (words[word] >> shift) & 15 == UInt64(before) else { continue }
        words[word] += 1 << shift
      }
    }
    age()
  }

  /// How often it was counted lately, at most 15.
  func frequency(of digest: DiskDigest) -> Int {
    var least: UInt64 = 15
    for index in 0..<Self.counters {
      let (word, shift) = place(digest, index)
      least = min(least, (words[word] >> shift) & 15)
    }
    return Int(least)
  }

  /// A word and a counter in it. The halves of a digest are hashes, and independent.
  @inline(__always)
  private func place(_ digest: DiskDigest, _ index: Int) -> (word: Int, shift: UInt64) {
    let hash = digest.low &+ UInt64(index) &* (digest.high | 1)
    return (Int(truncatingIfNeeded: hash >> 8) & mask, (hash & 15) * 4)
  }

  private mutating func age() {
    requests += 1
    guard requests == DiskLimits.requestsPerHalving else { return }
    requests = 0
    words[nextHalved] = (words[nextHalved] >> 1) & 0x7777_7777_7777_7777
    nextHalved = (nextHalved + 1) & mask
  }
}
