// The keyed hash of protocols that name it.

/// SipHash-2-4 (Aumasson and Bernstein, 2012), as DNS cookies want it (RFC 9018 section 4.4). For
/// tables there is `KeyedHash`, which is faster.
package struct SipHash24: Sendable {
  private let key0: UInt64
  private let key1: UInt64

  package init(key0: UInt64, key1: UInt64) {
    self.key0 = key0
    self.key1 = key1
  }

  package func hash(_ bytes: Span<UInt8>) -> UInt64 {
    var state = KeyedHash.State(key0: key0, key1: key1)
    var word: UInt64 = 0
    for index in bytes.indices {
      word |= UInt64(bytes[index]) << UInt64(8 * (index & 7))
      if index & 7 == 7 {
        state.absorbTwice(word)
        word = 0
      }
    }
    state.absorbTwice(word | UInt64(truncatingIfNeeded: bytes.count) << 56)
    return state.finishWithFour()
  }
}

extension KeyedHash.State {
  fileprivate mutating func absorbTwice(_ word: UInt64) {
    v3 ^= word
    round()
    round()
    v0 ^= word
  }

  fileprivate mutating func finishWithFour() -> UInt64 {
    v2 ^= 0xff
    for _ in 0..<4 { round() }
    return v0 ^ v1 ^ v2 ^ v3
  }
}
