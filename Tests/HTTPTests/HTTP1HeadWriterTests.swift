// Heads as bytes.

import HTTP
import Primitives
import Testing

@Suite("HTTP/1.1 head writer")
struct HTTP1HeadWriterTests {
  private static func request(_ path: String, _ fields: [(String, String)]) -> RequestHead {
    var head = RequestHead()
    head.path = bytes(path)
    head.authority = bytes("a.example:8080")
    head.fields = block(fields)
    return head
  }

  @Test func `a request is written with Host first and framing last`() throws {
    var head = Self.request("/x?y", [("Accept", "*/*"), ("Content-Length", "7"), ("x-y", "z")])
    head.method = .post
    var output: [UInt8] = []
    try HTTP1HeadWriter.appendRequest(head, body: .length(7), connection: .keepAlive, to: &output)
    #expect(
      text(output) == "POST /x?y HTTP/1.1\r\nHost: a.example:8080\r\nAccept: */*\r\nx-y: z\r\n"
        + "Content-Length: 7\r\n\r\n")
  }

  @Test func `what was parsed is written back as it was`() throws {
    let input = bytes(
      "PUT /a HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nA:b\r\nC:  d \r\nE:\r\nF: \r\n"
        + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
    var parser = HTTP1RequestParser(scheme: .http)
    var head = RequestHead()
    _ = try parser.parse(input.span, into: &head)
    var output: [UInt8] = []
    try HTTP1HeadWriter.appendRequest(
      head, body: parser.framing.body, connection: .close, to: &output)
    #expect(
      text(output) == "PUT /a HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nA: b\r\nC: d\r\nE: \r\nF: \r\n"
        + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
    let again = try #require(Outcome.request(output))
    #expect(again.fields.prefix(5) == ["Accept: */*", "A: b", "C: d", "E: ", "F: "])
  }

  @Test func `a request that anticipates content says when there is none`() throws {
    for (method, line) in [(HTTPMethod.post, "Content-Length: 0\r\n"), (.get, ""), (.delete, "")] {
      var head = Self.request("/", [])
      head.method = method
      var output: [UInt8] = []
      try HTTP1HeadWriter.appendRequest(head, body: .none, connection: .keepAlive, to: &output)
      #expect(text(output).hasSuffix("Host: a.example:8080\r\n\(line)\r\n"))
    }
  }

  @Test func `TE is announced in Connection`() throws {
    var output: [UInt8] = []
    try HTTP1HeadWriter.appendRequest(
      Self.request("/", [("TE", "trailers")]), body: .none, connection: .keepAlive, to: &output)
    #expect(text(output).contains("TE: trailers\r\nConnection: TE\r\n"))
  }

  @Test(arguments: ["", "a", "/ b", "/\r\nX: y", "/\u{0}", "/#", "*x", "/\u{e9}"])
  func `a target that could not be read back is refused`(path: String) {
    var output = bytes("kept")
    #expect(throws: HTTPParseError.invalidTarget) {
      try HTTP1HeadWriter.appendRequest(
        Self.request(path, []), body: .none, connection: .keepAlive, to: &output)
    }
    #expect(text(output) == "kept")
  }

  @Test func `methods and authorities that could split a request are refused`() {
    var output: [UInt8] = []
    var head = Self.request("/", [])
    head.method = .other(bytes("GET /x"))
    #expect(throws: HTTPParseError.invalidMethod) {
      try HTTP1HeadWriter.appendRequest(head, body: .none, connection: .close, to: &output)
    }
    head.method = .get
    head.authority = bytes("a\r\nX: y")
    #expect(throws: HTTPParseError.invalidHost) {
      try HTTP1HeadWriter.appendRequest(head, body: .none, connection: .close, to: &output)
    }
    #expect(output.isEmpty)
  }

  @Test func `no field can split a response`() {
    var head = ResponseHead(status: 200)
    head.fields = block([
      ("X-A", "a\r\nSet-Cookie: b"), ("X-B", "a\nb"), ("X-C", "a\u{0}b"), ("X D", "a"),
      ("X-E\r\nF", "a"), ("", "a"), ("X-G", "fine\tvalue"), ("Transfer-Encoding", "chunked"),
      ("Connection", "close"), ("Keep-Alive", "timeout=5"),
    ])
    var output: [UInt8] = []
    HTTP1HeadWriter.appendResponse(
      head.status, shared: Span(), fields: head.fields, date: Span(), body: .length(0),
      connection: .keepAlive, to: &output)
    #expect(text(output) == "HTTP/1.1 200 OK\r\nX-G: fine\tvalue\r\nContent-Length: 0\r\n\r\n")
  }

  static let connections: [(HTTP1HeadWriter.Connection, HTTP1MessageFraming.Body, String)] = [
    (.keepAlive, .none, "\r\n"),
    (.keepAliveNamed, .length(10), "Content-Length: 10\r\nConnection: keep-alive\r\n\r\n"),
    (.close, .untilClose, "Connection: close\r\n\r\n"),
    (.close, .chunked, "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"),
    (.upgrade, .none, "Connection: upgrade\r\n\r\n"),
  ]

  @Test(arguments: connections)
  func `connection and framing come from the arguments`(
    connection: HTTP1HeadWriter.Connection, body: HTTP1MessageFraming.Body, expected: String
  ) {
    var output: [UInt8] = []
    HTTP1HeadWriter.appendResponse(
      204, shared: Span(), fields: FieldBlock(), date: Span(), body: body, connection: connection,
      to: &output)
    #expect(text(output) == "HTTP/1.1 204 No Content\r\n" + expected)
  }

  @Test func `every status line can be read back`() throws {
    for status in UInt16(100)...599 {
      var output: [UInt8] = []
      HTTP1HeadWriter.appendInterim(ResponseHead(status: status), to: &output)
      #expect(Outcome.response(output)?.start == "\(status)")
    }
  }

  @Test func `fields that many responses share come first, and a date if there is none`() {
    var fields = FieldBlock()
    fields.append(.age, "3")
    var output: [UInt8] = []
    HTTP1HeadWriter.appendResponse(
      200, shared: bytes("ETag: \"a\"\r\n").span, fields: fields, date: bytes("now").span,
      body: .length(.max), connection: .close, to: &output)
    #expect(
      text(output)
        == "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nAge: 3\r\nDate: now\r\n"
        + "Content-Length: 18446744073709551615\r\nConnection: close\r\n\r\n")
  }
}
