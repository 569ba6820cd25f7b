// Keys of ECDSA with P-256 as numbers.

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
}
