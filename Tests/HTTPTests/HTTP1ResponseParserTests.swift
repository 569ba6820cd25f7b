// Response heads from origins.

import HTTP
import Primitives
import Testing

@Suite("HTTP/1.1 response heads")
struct HTTP1ResponseParserTests {
  @Test func `a response is read into status and fields`() throws {
    let input = bytes(
      "HTTP/1.1 404 Not Found\r\nServer: x\r\nContent-Length: 3\r\nX: \u{e9}\r\n\r\nabc")
    let outcome = try #require(Outcome.response(input))
    #expect(outcome.start == "404")
    #expect(outcome.fields == ["Server: x", "Content-Length: 3", "X: \u{e9}"])
    #expect(outcome.framing == HTTP1MessageFraming(body: .length(3)))
    #expect(outcome.consumed == input.count - 3)
  }

  @Test(arguments: ["HTTP/1.1 200", "HTTP/1.1 200 ", "HTTP/1.1 200 Any  reason \u{e9}\t"])
  func `the reason is optional`(line: String) {
    #expect(Outcome.response(bytes(line + "\r\n\r\n"))?.start == "200")
  }

  static let framings: [(String, String, HTTPMethod, HTTP1MessageFraming)] = [
    ("1.1 200", "Content-Length: 5", .get, HTTP1MessageFraming(body: .length(5))),
    ("1.1 200", "Content-Length: 5\r\nContent-Length: 5", .get, .init(body: .length(5))),
    ("1.1 200", "Transfer-Encoding: chunked", .get, .init(body: .chunked)),
    ("1.1 200", "X: y", .get, .init(body: .untilClose, keepAlive: false)),
    ("1.0 200", "X: y", .get, .init(body: .untilClose, keepAlive: false)),
    ("1.0 200", "Content-Length: 5", .get, .init(body: .length(5), keepAlive: false)),
    ("1.0 200", "Content-Length: 5\r\nConnection: keep-alive", .get, .init(body: .length(5))),
    (
      "1.1 200", "Content-Length: 5\r\nConnection: close", .get,
      .init(body: .length(5), keepAlive: false)
    ),
    ("1.1 200", "Content-Length: 5", .head, .init()),
    ("1.1 200", "Transfer-Encoding: chunked", .head, .init()),
    ("1.1 304", "Content-Length: 5", .get, .init()),
    ("1.1 204", "X: y", .get, .init()),
    ("1.1 204", "Content-Length: 5", .get, .init(keepAlive: false)),
    ("1.1 103", "Link: x", .get, .init()),
    ("1.1 200", "X: y", .connect, .init(body: .untilClose, keepAlive: false)),
    ("1.1 403", "Content-Length: 1", .connect, .init(body: .length(1))),
  ]

  @Test(arguments: framings)
  func `the body's end follows RFC 9112 section 6_3`(
    line: String, fields: String, method: HTTPMethod, expected: HTTP1MessageFraming
  ) throws {
    let outcome = try #require(
      Outcome.response(bytes("HTTP/\(line) x\r\n\(fields)\r\n\r\n"), for: method))
    #expect(outcome.error == nil)
    #expect(outcome.framing == expected)
  }

  @Test func `a switch of protocols is seen`() throws {
    let input = "HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    #expect(Outcome.response(bytes(input))?.framing.requestsUpgrade == true)
  }

  @Test func `interim heads come one after the other`() throws {
    let input = bytes(
      "HTTP/1.1 103 x\r\nLink: a\r\n\r\nHTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n")
    var parser = HTTP1ResponseParser()
    var head = ResponseHead(status: 0)
    let found = try parser.parse(input.span, for: .get, into: &head)
    let first = try #require(found)
    #expect(head.isInterim)
    let rest = input.span.extracting(first..<input.count)
    let second = try parser.parse(rest, for: .get, into: &head)
    #expect(second == input.count - first)
    #expect(head.status == 200)
    #expect(lines(head.fields) == ["Content-Length: 0"])
  }

  static let refused: [(String, HTTPParseError)] = [
    ("HTTP/1.1 20 x", .invalidStatusLine),
    ("HTTP/1.1 2000 x", .invalidStatusLine),
    ("HTTP/1.1 099 x", .invalidStatusLine),
    ("HTTP/1.1 600 x", .invalidStatusLine),
    ("HTTP/1.1  200 x", .invalidStatusLine),
    ("HTTP/1.1 +20 x", .invalidStatusLine),
    ("HTTP/1.1 200x", .invalidStatusLine),
    ("HTTP/2.0 200 x", .unsupportedVersion),
    ("http/1.1 200 x", .invalidVersion),
    ("ICY 200 OK abcd", .invalidStatusLine),
    ("HTTP/1.1 200 x\r\nA: b\r\n c", .obsoleteFold),
    ("HTTP/1.1 200 x\nA: b", .bareLineFeed),
    ("HTTP/1.1 200 x\r\nA : b", .invalidFieldName),
    ("HTTP/1.1 200 x\r\nA: b\u{0}", .controlCharacter),
    ("HTTP/1.1 200 x\r\nContent-Length: 1\r\nContent-Length: 2", .duplicateContentLength),
    ("HTTP/1.1 200 x\r\nContent-Length: 1, 1", .invalidContentLength),
    (
      "HTTP/1.1 200 x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked",
      .lengthAndTransferEncoding
    ),
    ("HTTP/1.0 200 x\r\nTransfer-Encoding: chunked", .transferEncodingNotAllowed),
    ("HTTP/1.1 200 x\r\nTransfer-Encoding: gzip", .unsupportedTransferCoding),
    ("HTTP/1.1 200 x\r\nTransfer-Encoding: chunked, gzip", .invalidTransferEncoding),
  ]

  @Test(arguments: refused)
  func `a malformed response is refused`(input: String, error: HTTPParseError) {
    let input = bytes(input + "\r\n\r\n")
    #expect(Outcome.response(input)?.error == error)
    #expect(Outcome.response(input, cuts: Array(0...input.count))?.error == error)
  }

  @Test func `where a response is cut makes no difference`() throws {
    let input = bytes("HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 12\r\nA:\r\n\r\n")
    let whole = try #require(Outcome.response(input))
    for cut in 0..<input.count {
      #expect(Outcome.response(input, cuts: [cut]) == whole)
      #expect(Outcome.response(Array(input[..<cut])) == nil)
    }
  }
}
