// Lists, hop-by-hop fields, and paths.

import HTTP
import Primitives
import Testing

@Suite("Fields and paths")
struct FieldTests {
  private static func members(_ value: String) -> [String] {
    var members: [String] = []
    bytes(value).span.forEachListMember { member in
      members.append(text((0..<member.count).map { member[$0] }))
    }
    return members
  }

  @Test func `list members are split outside of quoted strings`() {
    #expect(Self.members("a, b ,\tc") == ["a", "b", "c"])
    #expect(Self.members(",, a,,") == ["a"])
    #expect(Self.members("") == [])
    #expect(Self.members("\"a,b\";c=\"d\\\",e\", f") == ["\"a,b\";c=\"d\\\",e\"", "f"])
    #expect(Self.members("a\"b, c") == ["a\"b, c"])
    #expect(Self.members("\"a\\") == ["\"a\\"])
  }

  @Test func `tokens compare without case`() {
    let holds = bytes("Foo , BAR").span.listHolds("bar")
    let near = bytes("barn, ba r, \"bar\"").span.listHolds("bar")
    #expect(holds)
    #expect(!near)
  }

  @Test func `the lines of a block are its fields, whatever else lies in its bytes`() {
    var block = FieldBlock()
    #expect(block.lines.isEmpty)
    block.append("Vary", "a")
    block.append("X-One", "")
    #expect(text(block.lines) == "Vary: a\r\nX-One: \r\n" && block.lines == block.bytes)
    block.append("ETag", "b")
    block.removeAll { $0.name == .vary }
    #expect(text(block.lines) == "X-One: \r\nETag: b\r\n")
    block.removeAll { $0.name == .etag }
    #expect(text(block.lines) == "X-One: \r\n")
    block.removeAll { _ in true }
    #expect(block.lines.isEmpty && !block.bytes.isEmpty)
  }

  @Test func `what Connection names is not in a head, but for what all recipients need`() {
    let fields = [
      "Connection: close, X-Hop, Accept-Language, Cookie", "X-HOP: 1", "Accept-Language: de",
      "Cookie: a", "connection: keep-alive,x-other, TE, Upgrade, Expect", "X-Other: 2",
      "TE: trailers", "Upgrade: websocket", "Expect: 100-continue", "X-Hopper: 3",
    ]
    let section = fields.joined(separator: "\r\n") + "\r\n\r\n"
    let request = Outcome.request(bytes("GET / HTTP/1.1\r\nHost: a\r\n" + section))
    let left = [0, 3, 4, 6, 7, 8, 9].map { fields[$0] }
    #expect(request?.fields == left)
    let response = Outcome.response(bytes("HTTP/1.1 200 OK\r\n" + section))
    #expect(response?.fields == left)
  }

  @Test func `too many connection options are refused`() {
    func request(_ count: Int) -> HTTPParseError? {
      let options = (0..<count).map { "a\($0)" }.joined(separator: ",")
      return Outcome.request(
        bytes("GET / HTTP/1.1\r\nHost: a\r\nConnection: \(options)\r\n\r\n"))?.error
    }
    #expect(request(32) == nil)
    #expect(request(33) == .tooManyFields)
  }

  static let paths: [(String, String)] = [
    ("/", "/"), ("/a/b", "/a/b"), ("/%7Euser/%2f%c3", "/~user/%2F%C3"), ("/%41%62", "/Ab"),
    // RFC 3986 section 5.2.4.
    ("/a/b/c/./../../g", "/a/g"), ("/./a", "/a"), ("/../a", "/a"), ("/a/..", "/"), ("/a/.", "/a/"),
    ("/..", "/"), ("/.", "/"), ("/a/../../b", "/b"), ("/%2e%2E/a", "/a"), ("/a//b/..", "/a//"),
    ("/...", "/..."), ("/.a/..b/c.", "/.a/..b/c."), ("/a?b/../c%7e", "/a?b/../c~"),
    ("/%", "/%"), ("/%4", "/%4"), ("/%zz%41", "/%zzA"), ("*", "*"), ("/a/?", "/a/?"),
    ("//a/..//b", "///b"),
  ]

  @Test(arguments: paths)
  func `equivalent paths have one normal form`(path: String, normal: String) {
    var output = bytes("/x/y")
    PathNormalization.append(bytes(path).span, to: &output)
    #expect(text(output) == "/x/y" + normal)
    var again: [UInt8] = []
    PathNormalization.append(bytes(normal).span, to: &again)
    #expect(text(again) == normal)
  }
}
