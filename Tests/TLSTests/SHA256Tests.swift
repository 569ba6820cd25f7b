// Digests by SHA-256.

import Primitives
import Testing

@testable import TLS

struct SHA256Tests {
  @Test(
    "digests are those of FIPS 180-4",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func known(text: String, expected: String) {
    #expect(SHA256.digest(of: Array(text.utf8).span).map(hexadecimal) == expected)
  }

  @Test("pieces give the digest of the whole, and a finished digest gives no other") func pieces() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    var digest = SHA256()
    for start in stride(from: 0, to: bytes.count, by: 77) {
      digest.update(bytes.span.extracting(start..<min(bytes.count, start + 77)))
    }
    digest.update(Span())
    #expect(digest.finish() == SHA256.digest(of: bytes.span))
    #expect(digest.finish() == nil)
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
