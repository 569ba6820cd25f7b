// A hash that strangers can't steer: SipHash-1-3 with a secret key.

/// SipHash-1-3 (Aumasson and Bernstein, 2012): 64 bits over bytes, keyed with 128 secret bits, so
/// that nobody outside can choose inputs that collide.
@usableFromInline package struct KeyedHash: Sendable {
  @usableFromInline let key0: UInt64
  @usableFromInline let key1: UInt64

  @inlinable package init(key0: UInt64, key1: UInt64) {
    self.key0 = key0
    self.key1 = key1
  }

  package init(using generator: inout some RandomNumberGenerator) {
    self.init(key0: generator.next(), key1: generator.next())
  }

  /// The same with two words mixed into its key: for hashing `bytes` together with these.
  @inlinable package func mixed(_ word0: UInt64, _ word1: UInt64) -> KeyedHash {
    KeyedHash(key0: key0 ^ word0, key1: key1 ^ word1)
  }

  /// The hash of `bytes`: 64 bits that nobody without the key can predict.
  @inlinable package func hash(_ bytes: Span<UInt8>) -> UInt64 {
    var state = State(key0: key0, key1: key1)
    // Safe: unaligned loads stay within the span's `count` bytes.
    unsafe bytes.withUnsafeBytes { raw in
      let whole = raw.count & ~7
      var position = 0
      while position < whole {
        state.absorb(
          UInt64(
            littleEndian: unsafe raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
        position += 8
      }
      var last = UInt64(truncatingIfNeeded: raw.count) << 56
      var shift: UInt64 = 0
      while position < raw.count {
        last |= UInt64(unsafe raw[position]) << shift
        shift += 8
        position += 1
      }
      state.absorb(last)
    }
    return state.finish()
  }

  /// The four words of SipHash, between one word of input and the next.
  @usableFromInline struct State {
    @usableFromInline var v0: UInt64
    @usableFromInline var v1: UInt64
    @usableFromInline var v2: UInt64
    @usableFromInline var v3: UInt64

    @inlinable init(key0: UInt64, key1: UInt64) {
      v0 = key0 ^ 0x736f_6d65_7073_6575
      v1 = key1 ^ 0x646f_7261_6e64_6f6d
      v2 = key0 ^ 0x6c79_6765_6e65_7261
      v3 = key1 ^ 0x7465_6462_7974_6573
    }

    @inlinable mutating func absorb(_ word: UInt64) {
      v3 ^= word
      round()
      v0 ^= word
    }

    @inlinable mutating func finish() -> UInt64 {
      v2 ^= 0xff
      round()
      round()
      round()
      return v0 ^ v1 ^ v2 ^ v3
    }

    @inlinable mutating func round() {
      v0 = v0 &+ v1
      v1 = v1 << 13 | v1 >> 51
      v1 ^= v0
      v0 = v0 << 32 | v0 >> 32
      v2 = v2 &+ v3
      v3 = v3 << 16 | v3 >> 48
      v3 ^= v2
      v0 = v0 &+ v3
      v3 = v3 << 21 | v3 >> 43
      v3 ^= v0
      v2 = v2 &+ v1
      v1 = v1 << 17 | v1 >> 47
      v1 ^= v2
      v2 = v2 << 32 | v2 >> 32
    }
  }
}
