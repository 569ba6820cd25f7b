// Identities of requests.

/// Numbers that identify requests across servers and restarts: a random start, then a mixed counter
/// (SplitMix64; Steele, Lea and Flood, 2014), so that equal ones are as rare as with random numbers.
struct RequestIDs {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// The next identity, never 0.
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return max(1, mixed ^ mixed >> 31)
  }
}
