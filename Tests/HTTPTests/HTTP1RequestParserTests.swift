// Request heads: what is read, and what is refused.

import HTTP
import Primitives
import Testing

@Suite("HTTP/1.1 request heads")
struct HTTP1RequestParserTests {
  @Test func `a request is read into method, authority, path and fields without Host`() throws {
    let input = bytes(
      "GET /a/b?c=d HTTP/1.1\r\nHost: Example.COM:80\r\nUser-Agent:  curl/8 \t\r\nX-Empty:\r\n"
        + "accept: */*\r\n\r\nrest")
    let outcome = try #require(Outcome.request(input))
    #expect(outcome.error == nil)
    #expect(outcome.start == "GET /a/b?c=d http11")
    #expect(outcome.authority == "example.com")
    #expect(outcome.fields == ["User-Agent: curl/8", "X-Empty: ", "accept: */*"])
    #expect(outcome.framing == HTTP1MessageFraming(body: .none, keepAlive: true))
    #expect(outcome.consumed == input.count - 4)
  }

  @Test func `one parser reads pipelined requests one after the other`() throws {
    let input = bytes(
      "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n"
        + "GET /2 HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\nGET /3 HTTP/1.1\r\nHost: c\r\n\r\n")
    var parser = HTTP1RequestParser(scheme: .https)
    var head = RequestHead()
    var start = 0
    var seen: [String] = []
    while start < input.count {
      let rest = input.span.extracting(start..<input.count)
      start += try #require(try parser.parse(rest, into: &head))
      seen.append("\(text(head.path)) \(text(head.authority)) \(parser.framing.keepAlive)")
      #expect(head.scheme == .https)
      #expect(!parser.isInsideHead)
    }
    #expect(seen == ["/1 a true", "/2  true", "/3 c true"])
  }

  static let framings: [(String, HTTP1MessageFraming)] = [
    ("Content-Length: 0", HTTP1MessageFraming(body: .length(0))),
    ("Content-Length: 42", HTTP1MessageFraming(body: .length(42))),
    ("Content-Length: 0042", HTTP1MessageFraming(body: .length(42))),
    ("transfer-encoding: Chunked", HTTP1MessageFraming(body: .chunked)),
    ("Connection: close", HTTP1MessageFraming(keepAlive: false)),
    ("Connection: x, CLOSE , y", HTTP1MessageFraming(keepAlive: false)),
    ("Connection: keep-alive\r\nConnection: close", HTTP1MessageFraming(keepAlive: false)),
    ("Connection: closed", HTTP1MessageFraming(keepAlive: true)),
    ("Connection: upgrade", HTTP1MessageFraming()),
    ("Upgrade: websocket", HTTP1MessageFraming()),
  ]

  @Test(arguments: framings)
  func `framing follows the fields`(fields: String, expected: HTTP1MessageFraming) throws {
    let outcome = try #require(
      Outcome.request(bytes("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n")))
    #expect(outcome.error == nil)
    #expect(outcome.framing == expected)
  }

  @Test(arguments: [
    "h2c", "websocket, h2c", "h2c\r\nUpgrade: websocket", "websocket\r\nUpgrade: h2c", "",
  ])
  func `only an upgrade to WebSocket alone counts as one`(protocols: String) throws {
    let fields = "Host: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: \(protocols)"
    let outcome = try #require(Outcome.request(bytes("GET / HTTP/1.1\r\n\(fields)\r\n\r\n")))
    #expect(!outcome.framing.requestsUpgrade)
  }

  @Test func `expectations and upgrades count in HTTP 1.1 only`() throws {
    let fields = "Host: a\r\nExpect: 100-Continue\r\nConnection: Upgrade\r\nUpgrade: websocket"
    for (version, counts) in [("1.1", true), ("1.0", false)] {
      let outcome = try #require(
        Outcome.request(bytes("GET / HTTP/\(version)\r\n\(fields)\r\n\r\n")))
      #expect(outcome.framing.expectsContinue == counts)
      #expect(outcome.framing.requestsUpgrade == counts)
      #expect(outcome.framing.keepAlive == counts)
    }
  }

  static let targets: [(String, String, String)] = [
    ("GET http://Example.com:80/x?y", "example.com", "GET /x?y http11"),
    ("GET HTTP://example.com", "example.com", "GET / http11"),
    ("GET http://example.com?q", "example.com", "GET /?q http11"),
    ("OPTIONS http://example.com", "example.com", "OPTIONS * http11"),
    ("OPTIONS *", "example.com", "OPTIONS * http11"),
    ("CONNECT example.com:80", "example.com", "CONNECT  http11"),
    ("GET //example.com/", "example.com", "GET //example.com/ http11"),
    ("GET /%00%zz|{}\"", "example.com", "GET /%00%zz|{}\" http11"),
    ("PROPFIND /", "example.com", "PROPFIND / http11"),
  ]

  @Test(arguments: targets)
  func `every form of target becomes authority and path`(
    line: String, authority: String, start: String
  ) throws {
    let outcome = try #require(
      Outcome.request(bytes("\(line) HTTP/1.1\r\nHost: example.COM\r\n\r\n")))
    #expect(outcome.error == nil)
    #expect(outcome.authority == authority)
    #expect(outcome.start == start)
  }

  @Test func `absolute-form without Host is fine in HTTP 1.0`() throws {
    let outcome = try #require(Outcome.request(bytes("GET http://a/ HTTP/1.0\r\n\r\n")))
    #expect(outcome.authority == "a")
    #expect(outcome.framing.keepAlive == false)
  }

  @Test func `one empty line before the request is skipped, a second is not`() throws {
    let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    let one = try #require(Outcome.request(bytes("\r\n" + request)))
    #expect(one.error == nil)
    #expect(one.consumed == request.utf8.count + 2)
    #expect(Outcome.request(bytes("\r\n\r\n" + request))?.error == .invalidRequestLine)
    #expect(Outcome.request(bytes("\n" + request))?.error == .bareLineFeed)
    #expect(Outcome.request(bytes("\r")) == nil)
  }

  static let requests: [String] = [
    "\r\nGET /a?b HTTP/1.1\r\nHost: Example.com:8080\r\nCookie: a=b; c=d\r\nX:\ty \r\n\r\n",
    "POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 12345\r\nConnection: close\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\nstrict-transport-security-x: 1\r\n\r\n",
  ]

  @Test(arguments: requests)
  func `where the input is cut makes no difference`(request: String) throws {
    let input = bytes(request)
    let whole = try #require(Outcome.request(input))
    for cut in 0...input.count { #expect(Outcome.request(input, cuts: [cut]) == whole) }
    #expect(Outcome.request(input, cuts: Array(0...input.count)) == whole)
    if whole.error == nil {
      for end in 0..<input.count { #expect(Outcome.request(Array(input[..<end])) == nil) }
    }
  }

  @Test func `limits throw their own status`() throws {
    var limits = HTTP1Limits()
    limits.startLineBytes = 64
    limits.headerSectionBytes = 128
    limits.fieldCount = 4
    limits.methodBytes = 8
    func status(_ text: String) -> UInt16? {
      Outcome.request(bytes(text), limits: limits)?.error?.status
    }
    let long = String(repeating: "a", count: 200)
    #expect(status("GET /\(long) HTTP/1.1\r\n") == 414)
    #expect(status("GET /\(long)") == 414)
    #expect(status("GET / HTTP/1.1\r\nHost: a\r\nX: \(long)\r\n\r\n") == 431)
    #expect(status("GET / HTTP/1.1\r\nHost: a\r\nX: \(long)") == 431)
    #expect(status("GET / HTTP/1.1\r\nHost: a\r\nb:\r\nc:\r\nd:\r\ne:\r\n\r\n") == 431)
    #expect(status("GET / HTTP/1.1\r\nHost: a\r\nb:\r\nc:\r\nd:\r\n\r\n") == nil)
    #expect(status("ABCDEFGHI / HTTP/1.1\r\n") == 501)
    let name = String(repeating: "n", count: 257)
    #expect(
      Outcome.request(bytes("GET / HTTP/1.1\r\n\(name): x\r\n"))?.error == .fieldNameTooLong)
  }

  @Test func `a reused head keeps its memory and forgets its content`() throws {
    var parser = HTTP1RequestParser(scheme: .http)
    var head = RequestHead()
    let first = bytes("GET /long/path HTTP/1.1\r\nHost: host.example\r\nA: b\r\nC: d\r\n\r\n")
    let second = bytes("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    _ = try parser.parse(first.span, into: &head)
    _ = try parser.parse(second.span, into: &head)
    #expect(text(head.path) == "/")
    #expect(text(head.authority) == "h")
    #expect(head.fields.isEmpty)
    #expect(head.path.capacity >= 10)
  }
}
