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
