// SipHash as its paper writes it, to compare the fast one with.

/// SipHash-c-d (Aumasson and Bernstein, 2012, section 2), over arrays and without haste.
struct PlainSipHash {
  let compressionRounds: Int
  let finalizationRounds: Int

  func hash(_ message: [UInt8], key0: UInt64, key1: UInt64) -> UInt64 {
    var state: [UInt64] = [
      key0 ^ 0x736f_6d65_7073_6575, key1 ^ 0x646f_7261_6e64_6f6d,
      key0 ^ 0x6c79_6765_6e65_7261, key1 ^ 0x7465_6462_7974_6573,
    ]
    var padded = message
    while padded.count % 8 != 7 { padded.append(0) }
    padded.append(UInt8(message.count % 256))
    for start in stride(from: 0, to: padded.count, by: 8) {
      let word = padded[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      state[3] ^= word
      for _ in 0..<compressionRounds { round(&state) }
      state[0] ^= word
    }
    state[2] ^= 0xff
    for _ in 0..<finalizationRounds { round(&state) }
    return state.reduce(0, ^)
  }

  private func round(_ state: inout [UInt64]) {
    mix(&state, 0, 1, 13)
    state[0] = rotated(state[0], 32)
    mix(&state, 2, 3, 16)
    mix(&state, 0, 3, 21)
    mix(&state, 2, 1, 17)
    state[2] = rotated(state[2], 32)
  }

  private func mix(_ state: inout [UInt64], _ to: Int, _ from: Int, _ distance: UInt64) {
    state[to] &+= state[from]
    state[from] = rotated(state[from], distance) ^ state[to]
  }

  private func rotated(_ word: UInt64, _ distance: UInt64) -> UInt64 {
    word << distance | word >> (64 - distance)
  }
}
