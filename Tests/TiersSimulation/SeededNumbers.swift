// Numbers that a seed decides.

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 ^ 0x736b_6572_7279 }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  mutating func isTrue(oneIn chances: Int) -> Bool { below(chances) == 0 }
}

/// Ranks by Zipf's law: rank r as often as 1 / (r + 1) to the power of `exponent`.
struct ZipfRanks {
  private var sums: [Double] = []

  init(_ count: Int, exponent: Double) {
    var sum = 0.0
    for rank in 0..<count {
      sum += 1 / SimulatedWorld.power(Double(rank + 1), exponent)
      sums.append(sum)
    }
  }

  func draw(_ numbers: inout SeededNumbers) -> Int {
    let point = Double(numbers.next() >> 11) / Double(1 << 53) * (sums.last ?? 0)
    var range = 0..<sums.count
    while range.count > 1 {
      let middle = (range.lowerBound + range.upperBound) / 2
      if sums[middle - 1] <= point {
        range = middle..<range.upperBound
      } else {
        range = range.lowerBound..<middle
      }
    }
    return range.lowerBound
  }
}
