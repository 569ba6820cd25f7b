// Character sets, known names, and the scanning of words.

@testable import HTTP
import Primitives
import Testing

@Suite("Character sets and names")
struct CharacterTests {
  private static let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
  private static let lower = String(letters.prefix(26))
  private static let digits = "0123456789"

  @Test func `the sets hold what the RFCs spell`() {
    let visible = String((33..<127).map { Character(UnicodeScalar($0)) })
    let tokenMarks = "!#$%&'*+-.^_`|~"
    let sets: [(ASCIISet, String)] = [
      (.token, tokenMarks + Self.digits + Self.letters),
      (.lowercaseToken, tokenMarks + Self.digits + Self.lower),
      (.unreserved, "-._~" + Self.digits + Self.letters),
      (.target, visible.filter { $0 != "#" }),
      (.structuredKey, "_-.*" + Self.digits + Self.lower),
      (.structuredToken, tokenMarks + ":/" + Self.digits + Self.letters),
    ]
    for (set, members) in sets {
      let members = Set(members.utf8)
      for byte in UInt8.min...UInt8.max { #expect(set.contains(byte) == members.contains(byte)) }
    }
  }

  @Test func `every known name is found in any case, and nothing near it`() {
    for name in FieldName.allCases where name != .other {
      var canonical: [UInt8] = []
      canonical.append(name.canonical)
      var lowercase: [UInt8] = []
      lowercase.append(name.lowercase)
      #expect(bytes(text(canonical).lowercased()) == lowercase)
      #expect(FieldName.find(canonical.span) == name)
      #expect(FieldName.find(lowercase.span) == name)
      #expect(FieldName.find(bytes(text(canonical).uppercased()).span) == name)
      for index in canonical.indices {
        for wrong in [0x00, 0x0d, 0x2a, 0x7f, 0xff] as [UInt8] {
          var other = canonical
          other[index] = wrong
          #expect(FieldName.find(other.span) == .other)
        }
      }
      #expect(FieldName.find((canonical + [0x61]).span) == .other)
    }
    #expect(FieldName.find([UInt8]().span) == .other)
    #expect(FieldName.find([0x61].span) == .other)
  }

  @Test func `scanning finds what a plain loop finds`() {
    var input = [UInt8](repeating: 0x61, count: 40)
    for place in 0..<40 {
      for byte in UInt8.min...UInt8.max {
        input[place] = byte
        let copy = input
        let span = copy.span
        let isControl = byte < 0x20 && byte != 9 || byte == 0x7f
        #expect(span.firstControl(from: 0) == (isControl ? place : 40))
        #expect(span.isTarget(0..<40) == ASCIISet.target.contains(byte))
        #expect(span.isToken == ASCIISet.token.contains(byte))
        #expect(span.first(0x0d, in: 0..<40) == (byte == 0x0d ? place : nil))
        // A hit behind must not hide or shift one before.
        if place < 39 {
          input[39] = 0
          #expect(input.span.firstControl(from: 0) == (isControl ? place : 39))
          input[39] = 0x61
        }
      }
      input[place] = 0x61
    }
  }
}
