// Appending to arrays of bytes, and comparing spans with constant texts.

import Primitives
import Testing

@Suite("Arrays and spans of bytes") struct ArrayBytesTests {
  @Test("spans, texts and slices are appended whole") func appends() {
    var output: [UInt8] = []
    let source: [UInt8] = [1, 2, 3]
    output.append(source.span.extracting(1..<3))
    output.append("ab\r\n" as StaticString)
    output.append(Bytes([9, 8, 7]).slice(1..<3))
    output.append(source.span.extracting(0..<0))
    output.append(Bytes.empty)
    #expect(output == [2, 3, 0x61, 0x62, 13, 10, 8, 7])
  }

  @Test("decimal digits are those of the number", arguments: numbers)
  func decimal(number: UInt64) {
    var output: [UInt8] = [0x3d]
    output.appendDecimal(number)
    #expect(String(decoding: output, as: UTF8.self) == "=\(number)")
  }

  @Test("hexadecimal digits are those of the number, without leading zeros", arguments: numbers)
  func hexadecimal(number: UInt64) {
    var output: [UInt8] = [0x3d]
    output.appendHexadecimal(number)
    #expect(String(decoding: output, as: UTF8.self) == "=" + String(number, radix: 16))
  }

  @Test("random numbers of every length are written like the library writes them")
  func randomNumbers() {
    var generator = SplitMix64(seed: 1)
    for _ in 0..<2_000 {
      let number =
        UInt64.random(in: 0 ... .max, using: &generator)
        >> UInt64.random(in: 0..<64, using: &generator)
      var decimal: [UInt8] = []
      decimal.appendDecimal(number)
      #expect(decimal == Array(String(number).utf8))
      var hexadecimal: [UInt8] = []
      hexadecimal.appendHexadecimal(number)
      #expect(hexadecimal == Array(String(number, radix: 16).utf8))
    }
  }

  @Test("equality looks at every byte and at the length") func equality() {
    #expect(Array("host".utf8).withSpan { $0.equals("host") })
    #expect(!Array("hosts".utf8).withSpan { $0.equals("host") })
    #expect(!Array("hos".utf8).withSpan { $0.equals("host") })
    #expect(!Array("hosT".utf8).withSpan { $0.equals("host") })
    let some: [UInt8] = [1, 2, 3]
    #expect(some.withSpan { $0.equals(Array(1...3).span) })
    #expect(some.withSpan { !$0.equals(Array(1...4).span) })
    #expect(some.withSpan { !$0.equals(Array(2...4).span) })
  }

  @Test("ASCII letters match in either case, and nothing else does") func ignoringCase() {
    #expect(Array("HoSt".utf8).withSpan { $0.equalsIgnoringCase("host") })
    #expect(!Array("h0st".utf8).withSpan { $0.equalsIgnoringCase("host") })
    // An @ is a back quote without bit 5, as A is a.
    #expect(!Array("@".utf8).withSpan { $0.equalsIgnoringCase("``") })
    #expect(!Array("a@".utf8).withSpan { $0.equalsIgnoringCase("a`") })
  }

  @Test(
    "a beginning is compared as far as both go",
    arguments: [("", true), ("PR", true), ("PRI *", true), ("PRI * HTTP", true), ("PUT", false)])
  func beginnings(text: String, isLike: Bool) {
    #expect(Array(text.utf8).withSpan { $0.beginsLike("PRI *") } == isLike)
  }

  @Test("only upper-case ASCII letters are lowered, only digits are digits") func classes() {
    for byte in UInt8.min ... .max {
      let isUpper = byte >= 65 && byte <= 90
      #expect(byte.asciiLowercased == (isUpper ? byte + 32 : byte))
      #expect(byte.isASCIIDigit == (byte >= 48 && byte <= 57))
    }
  }
}

private let numbers: [UInt64] = [
  0, 1, 9, 10, 15, 16, 99, 100, 255, 256, 65_535, 999_999_999, 1_000_000_000, 4_294_967_296,
  9_999_999_999_999_999_999, 10_000_000_000_000_000_000, .max,
]
