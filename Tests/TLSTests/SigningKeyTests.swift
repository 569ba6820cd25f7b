// Keys that sign DNS zones, as numbers.

import Testing

@testable import TLS

@Suite("Signing keys") struct SigningKeyTests {
  @Test("a key is the same from its numbers, and no other numbers are one")
  func numbers() throws {
    let numbers = try #require(SigningKey.generate()?.numbers)
    let again = try #require(
      SigningKey(privateKey: numbers.privateKey, publicKey: numbers.publicKey))
    #expect(again.numbers?.privateKey == numbers.privateKey)
    #expect(again.numbers?.publicKey == numbers.publicKey)
    #expect(SigningKey(privateKey: [1], publicKey: numbers.publicKey) == nil)
    #expect(
      SigningKey(privateKey: numbers.privateKey, publicKey: [UInt8](repeating: 1, count: 64)) == nil
    )
  }

  @Test("signatures have 64 bytes, and no two of the same bytes are the same")
  func signatures() throws {
    let context = try #require(SigningKey.generate().flatMap { SigningContext($0) })
    var (one, two): ([UInt8], [UInt8]) = ([], [])
    #expect(context.sign([1, 2, 3].span, appendingTo: &one))
    #expect(context.sign([1, 2, 3].span, appendingTo: &two))
    #expect(one.count == 64 && two.count == 64 && one != two)
  }

  @Test("the digest is SHA-256")
  func digest() {
    // FIPS 180-4, the example "abc".
    #expect(
      SigningKey.digest(of: [0x61, 0x62, 0x63].span)?.prefix(4) == [0xba, 0x78, 0x16, 0xbf])
  }

  @Test("Ed25519 signs as RFC 8032 has it, the same each time")
  func edwards() throws {
    // RFC 8032 section 7.1, test 2.
    let secret = Self.bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    let point = Self.bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    let key = try #require(SigningKey(.ed25519, privateKey: secret, publicKey: point))
    #expect(key.numbers?.privateKey == secret && key.numbers?.publicKey == point)
    let context = try #require(SigningContext(key))
    for _ in 0..<3 {
      var signature: [UInt8] = []
      #expect(context.sign([0x72].span, appendingTo: &signature))
      #expect(signature.count == 64 && signature.prefix(4) == [0x92, 0xa0, 0x09, 0xa9])
    }
    #expect(SigningKey(.ed25519, privateKey: secret, publicKey: secret) == nil)
    #expect(SigningKey(.ed25519, privateKey: secret, publicKey: point + point) == nil)
    let made = try #require(SigningKey.generate(.ed25519)?.numbers)
    #expect(made.publicKey.count == 32 && made.privateKey != secret)
  }

  private static func bytes(_ text: String) -> [UInt8] {
    stride(from: 0, to: text.count, by: 2).compactMap { place in
      UInt8(text.dropFirst(place).prefix(2), radix: 16)
    }
  }
}
