// Hosts and ports.

@testable import HTTP
import Primitives
import Testing

@Suite("Authorities")
struct AuthorityTests {
  private static func normal(_ raw: String, _ scheme: RequestHead.Scheme = .http) -> String? {
    var output = bytes("x")
    guard Authority.normalize(bytes(raw).span, scheme: scheme, into: &output) else {
      #expect(output == bytes("x"))
      return nil
    }
    return text(Array(output.dropFirst()))
  }

  static let valid: [(String, String)] = [
    ("Example.COM", "example.com"), ("example.com:80", "example.com"),
    ("example.com:", "example.com"), ("example.com:443", "example.com:443"),
    ("example.com:0080", "example.com"), ("example.com:08443", "example.com:8443"),
    ("example.com.", "example.com."), ("a_b~c", "a_b~c"), ("127.0.0.1:8080", "127.0.0.1:8080"),
    ("[::1]", "[::1]"), ("[::1]:80", "[::1]"), ("[2001:DB8::A]:81", "[2001:db8::a]:81"),
    ("[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]"), ("[::]", "[::]"), ("[1::]", "[1::]"),
    ("[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]"), ("[1:2:3:4:5:6:1.2.3.4]", "[1:2:3:4:5:6:1.2.3.4]"),
    ("[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7::]"),
  ]

  @Test(arguments: valid)
  func `a valid authority has one normal form`(raw: String, normal: String) {
    #expect(Self.normal(raw) == normal)
    #expect(Self.normal(normal) == normal)
  }

  @Test func `the default port is the scheme's`() {
    #expect(Self.normal("a:443", .https) == "a")
    #expect(Self.normal("a:80", .https) == "a:80")
  }

  @Test(arguments: [
    "", ":80", "a b", "a/b", "a@b", "a,b", "a%41", "a:b", "a:-1", "a:0", "a:65536", "a:100000",
    "a:1:2", "a\u{0}", "\u{e9}", "[", "[]", "[:]", "[:::]", "[1]", "[1:2:3:4:5:6:7]",
    "[1:2:3:4:5:6:7:8:9]", "[1::2::3]", "[12345::]", "[g::]", "[::1", "::1", "[::1]a", "[::1]:x",
    "[::1.2.3]", "[::1.2.3.256]", "[::01.2.3.4]", "[1.2.3.4::]", "[fe80::1%25eth0]", "[v1.a]",
    "[1:2:3:4:5:6:7:1.2.3.4]", "[::1.2.3.4:1]", "[1:2:3:4:5:6:7::8]", "[1:]", "[:1]",
  ])
  func `what is no authority is refused`(raw: String) { #expect(Self.normal(raw) == nil) }

  @Test func `an authority longer than a DNS name and a port is refused`() {
    #expect(Self.normal(String(repeating: "a", count: 261)) != nil)
    #expect(Self.normal(String(repeating: "a", count: 262)) == nil)
  }
}

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
