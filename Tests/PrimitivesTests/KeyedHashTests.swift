// The keyed hash: equal to SipHash-1-3 for every length and key, and different for every key.

import Primitives
import Testing

@Suite("Keyed hash") struct KeyedHashTests {
  /// The first answers of the paper's vectors for SipHash-2-4: key 00..0f, messages 00, 00 01, ...
  @Test("the plain SipHash gives the published vectors") func publishedVectors() {
    let published: [UInt64] = [
      0x726f_db47_dd0e_0e31, 0x74f8_39c5_93dc_67fd, 0x0d6c_8009_d9a9_4f5a, 0x8567_6696_d7fb_7e2d,
    ]
    let plain = PlainSipHash(compressionRounds: 2, finalizationRounds: 4)
    for (length, expected) in published.enumerated() {
      #expect(plain.hash(message(length), key0: key0, key1: key1) == expected)
    }
    // Appendix A of the paper: the message of 15 bytes.
    #expect(plain.hash(message(15), key0: key0, key1: key1) == 0xa129_ca61_49be_45e5)
  }

  @Test("the hash is SipHash-1-3 for messages of every length") func lengths() {
    let plain = PlainSipHash(compressionRounds: 1, finalizationRounds: 3)
    let hash = KeyedHash(key0: key0, key1: key1)
    for length in 0..<300 {
      let bytes = message(length)
      #expect(hash.hash(bytes.span) == plain.hash(bytes, key0: key0, key1: key1))
    }
  }

  @Test("the hash is SipHash-1-3 for random keys and parts of buffers at any offset")
  func randomKeys() {
    let plain = PlainSipHash(compressionRounds: 1, finalizationRounds: 3)
    var generator = SplitMix64(seed: 7)
    for _ in 0..<500 {
      let first = generator.next(), second = generator.next()
      let hash = KeyedHash(key0: first, key1: second)
      let bytes = (0..<64).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let start = Int.random(in: 0...16, using: &generator)
      let end = Int.random(in: start...64, using: &generator)
      let expected = plain.hash(Array(bytes[start..<end]), key0: first, key1: second)
      #expect(hash.hash(bytes.span.extracting(start..<end)) == expected)
    }
  }

  @Test("every bit of the key and of the message changes the hash") func sensitivity() {
    let bytes = message(20)
    let hash = KeyedHash(key0: key0, key1: key1).hash(bytes.span)
    for bit in 0..<64 {
      let flip = UInt64(1) << UInt64(bit)
      #expect(KeyedHash(key0: key0 ^ flip, key1: key1).hash(bytes.span) != hash)
      #expect(KeyedHash(key0: key0, key1: key1 ^ flip).hash(bytes.span) != hash)
    }
    for bit in 0..<160 {
      var changed = bytes
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(KeyedHash(key0: key0, key1: key1).hash(changed.span) != hash)
    }
  }

  @Test("a key is drawn from the generator") func drawing() {
    var generator = SplitMix64(seed: 3), same = SplitMix64(seed: 3)
    let hash = KeyedHash(using: &generator)
    let expected = KeyedHash(key0: same.next(), key1: same.next())
    let bytes = message(9)
    #expect(hash.hash(bytes.span) == expected.hash(bytes.span))
  }

  private let key0: UInt64 = 0x0706_0504_0302_0100
  private let key1: UInt64 = 0x0f0e_0d0c_0b0a_0908

  private func message(_ length: Int) -> [UInt8] {
    (0..<length).map { UInt8(truncatingIfNeeded: $0) }
  }
}
