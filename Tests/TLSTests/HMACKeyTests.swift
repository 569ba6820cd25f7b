// Message authentication codes: the examples of RFC 4231.

import Testing

@testable import TLS

@Suite("HMAC") struct HMACKeyTests {
  private static func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = Array(hexadecimal.utf8)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
    }
  }

  /// RFC 4231 section 4.3: a secret that is shorter than the code.
  @Test("codes are those of RFC 4231") func examples() {
    let message = Array("what do ya want for nothing?".utf8)
    let codes: [(HMACKey.Digest, String)] = [
      (.sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
      (
        .sha384,
        "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"
      ),
      (
        .sha512,
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
      ),
    ]
    for (digest, code) in codes {
      let found = HMACKey(digest, secret: Array("Jefe".utf8)).code(of: message.span)
      #expect(found == Self.bytes(code))
    }
  }

  @Test("a code that is cut short is right, any other is not") func authentication() throws {
    let key = HMACKey(.sha256, secret: [1, 2, 3])
    let message: [UInt8] = [4, 5]
    let made = key.code(of: message.span)
    var code = try #require(made)
    func isRight(_ message: [UInt8], _ code: [UInt8]) -> Bool {
      key.authenticates(message.span, by: code.span)
    }
    #expect(isRight(message, code) && isRight(message, Array(code.prefix(16))))
    #expect(!isRight(message, []) && !isRight([4], code) && !isRight(message, code + [0]))
    code[31] ^= 1
    #expect(!isRight(message, code))
    let none = HMACKey(.sha256, secret: []).code(of: message.span)
    #expect(none == nil)
  }

  @Test("a secret is in no description") func description() {
    let key = HMACKey(.sha512, secret: [77, 78, 79])
    #expect("\(key)" == "(secret)" && String(reflecting: key) == "(secret)")
    var text = ""
    dump(key, to: &text)
    #expect(!text.contains("77"))
  }
}
