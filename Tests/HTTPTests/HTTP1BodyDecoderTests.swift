// Bodies: where they end, and what is refused in them.

import HTTP
import Primitives
import Testing

@Suite("HTTP/1.1 bodies")
struct HTTP1BodyDecoderTests {
  @Test func `a body without content is complete at once`() {
    #expect(HTTP1BodyDecoder(.none).isComplete)
    #expect(HTTP1BodyDecoder(.length(0)).isComplete)
    #expect(!HTTP1BodyDecoder(.length(1)).isComplete)
    #expect(!HTTP1BodyDecoder(.chunked).isComplete)
    #expect(!HTTP1BodyDecoder(.untilClose).isComplete)
  }

  @Test func `a length takes its bytes and leaves the next message's`() throws {
    let outcome = try #require(Outcome.body(bytes("helloGET /"), .length(5)))
    #expect(text(outcome.body) == "hello")
    #expect(outcome.consumed == 5)
  }

  static let chunked: [(String, String, [String])] = [
    ("0\r\n\r\n", "", []),
    ("5\r\nhello\r\n0\r\n\r\n", "hello", []),
    ("5\r\nhello\r\n006\r\n world\r\n000\r\n\r\n", "hello world", []),
    ("A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789", []),
    ("1;a=b;c=\"d\\\"e;\r f\";g\r\nx\r\n0;h\r\n\r\n".replacing("\r f", with: " f"), "x", []),
    ("1 ; a\r\nx\r\n0\r\n\r\n", "x", []),
    ("1;  a=b ;c\r\nx\r\n0\r\n\r\n", "x", []),
    ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n", []),
    ("0\r\nX-Sum:  abc \r\nEmpty:\r\n\r\n", "", ["X-Sum: abc", "Empty: "]),
    // RFC 9110 section 6.5.1: dropped.
    ("0\r\nSet-Cookie: a\r\nX: y\r\nCache-Control: no-store\r\n\r\n", "", ["X: y"]),
  ]

  @Test(arguments: chunked)
  func `a chunked body is put together`(
    input: String, content: String, trailers: [String]
  ) throws {
    let outcome = try #require(Outcome.body(bytes(input + "rest"), .chunked))
    #expect(outcome.error == nil)
    #expect(text(outcome.body) == content)
    #expect(outcome.trailers == trailers)
    #expect(outcome.consumed == input.utf8.count)
  }

  static let refused: [(String, HTTPParseError)] = [
    ("\r\n", .invalidChunkSize),
    ("g\r\n", .invalidChunkSize),
    ("-1\r\n", .invalidChunkSize),
    ("+1\r\n", .invalidChunkSize),
    ("0x1\r\n", .invalidChunkSize),
    (" 1\r\n", .invalidChunkSize),
    ("1\n", .invalidChunkSize),
    ("1\rx", .invalidChunkSize),
    ("1_0\r\n", .invalidChunkSize),
    ("1 \r\n", .invalidChunkExtension),
    ("1 x\r\n", .invalidChunkExtension),
    ("1;\r\n", .invalidChunkExtension),
    ("1;;a\r\n", .invalidChunkExtension),
    ("1;a=\r\n", .invalidChunkExtension),
    ("1;a=\"b\r\n", .invalidChunkExtension),
    ("1;a=\"b\"c\r\n", .invalidChunkExtension),
    ("1;a\nb\r\n", .invalidChunkExtension),
    ("1;\u{0}\r\n", .invalidChunkExtension),
    ("8000000000000000\r\n", .chunkTooLarge),
    ("ffffffffffffffff\r\n", .chunkTooLarge),
    ("10000000000000000\r\n", .chunkTooLarge),
    ("00000000000000001\r\n", .chunkTooLarge),
    ("1\r\nab\r\n", .invalidChunkEnd),
    ("1\r\na\n0\r\n\r\n", .invalidChunkEnd),
    ("1\r\na\rx", .invalidChunkEnd),
    ("1\r\na0\r\n\r\n", .invalidChunkEnd),
    ("0\r\nX : y\r\n\r\n", .invalidFieldName),
    ("0\r\n X: y\r\n\r\n", .obsoleteFold),
    ("0\r\nX: y\n\r\n", .bareLineFeed),
    ("0\r\n\rX", .bareCarriageReturn),
    ("0\r\nX: \u{1}\r\n\r\n", .controlCharacter),
    ("0\r\nContent-Length: 5\r\n\r\n", .forbiddenTrailer),
    ("0\r\nTransfer-Encoding: chunked\r\n\r\n", .forbiddenTrailer),
    ("0\r\nHost: a\r\n\r\n", .forbiddenTrailer),
  ]

  @Test(arguments: refused)
  func `a malformed chunk is refused`(input: String, error: HTTPParseError) {
    #expect(Outcome.body(bytes(input), .chunked)?.error == error)
    let cuts = Array(0...input.utf8.count)
    #expect(Outcome.body(bytes(input), .chunked, cuts: cuts)?.error == error)
  }

  @Test(arguments: chunked)
  func `where a chunked body is cut makes no difference`(
    input: String, content: String, trailers: [String]
  ) throws {
    let input = bytes(input)
    let whole = try #require(Outcome.body(input, .chunked))
    for cut in 0...input.count {
      #expect(Outcome.body(input, .chunked, cuts: [cut]) == whole)
      if cut < input.count { #expect(Outcome.body(Array(input[..<cut]), .chunked) == nil) }
    }
    #expect(Outcome.body(input, .chunked, cuts: Array(0...input.count)) == whole)
  }

  @Test func `extensions and trailers have limits`() {
    var limits = HTTP1Limits()
    limits.chunkExtensionBytes = 8
    limits.totalChunkExtensionBytes = 12
    limits.trailerSectionBytes = 20
    limits.trailerFieldCount = 2
    func error(_ text: String) -> HTTPParseError? {
      Outcome.body(bytes(text), .chunked, limits: limits)?.error
    }
    #expect(error("1;abcdefgh\r\nx\r\n0\r\n\r\n") == nil)
    #expect(error("1;abcdefghi\r\nx\r\n0\r\n\r\n") == .chunkExtensionsTooLarge)
    #expect(error("1;abcdef\r\nx\r\n1;abcdefg\r\n") == .chunkExtensionsTooLarge)
    #expect(error("0\r\nA: 0123456789012\r\n\r\n") == nil)
    #expect(error("0\r\nA: 01234567890123456789\r\n\r\n") == .fieldSectionTooLarge)
    #expect(error("0\r\nA: 0123456789012345678901234567890") == .fieldSectionTooLarge)
    #expect(error("0\r\nA:\r\nB:\r\nC:\r\n\r\n") == .tooManyFields)
  }

  @Test func `the end of the connection completes only what has no other end`() throws {
    var open = HTTP1BodyDecoder(.untilClose)
    let input = bytes("abc")
    let step = try open.decode(input.span)
    #expect(step.content == 0..<3)
    try open.finish()
    #expect(open.isComplete)
    for (framing, input) in [
      (HTTP1MessageFraming.Body.length(5), "abc"), (.chunked, "5\r\nabc"), (.chunked, "3\r\nabc"),
      (.chunked, "3\r\nabc\r\n"), (.chunked, "0\r\n"), (.chunked, "0\r\nX: y\r\n"), (.chunked, ""),
    ] {
      var decoder = HTTP1BodyDecoder(framing)
      let input = bytes(input)
      var start = 0
      while start < input.count {
        start += try decoder.decode(input.span.extracting(start..<input.count)).consumed
      }
      #expect(throws: HTTPParseError.truncatedBody) { try decoder.finish() }
    }
  }

  @Test func `what the chunk writer writes is read back`() throws {
    var output: [UInt8] = []
    for part in ["a", String(repeating: "x", count: 300)] {
      HTTP1ChunkWriter.appendHead(length: part.utf8.count, to: &output)
      output += bytes(part)
      HTTP1ChunkWriter.appendTail(to: &output)
    }
    let trailers = block([("X-Sum", "1"), ("Content-Length", "5"), ("X-Bad", "a\r\nb")])
    HTTP1ChunkWriter.appendEnd(trailers: trailers, to: &output)
    let outcome = try #require(Outcome.body(output, .chunked))
    #expect(outcome.body.count == 301)
    #expect(outcome.trailers == ["X-Sum: 1"])
    #expect(text(output).hasPrefix("1\r\na\r\n12c\r\nxxx"))
    output = []
    HTTP1ChunkWriter.appendEnd(to: &output)
    #expect(text(output) == "0\r\n\r\n")
  }
}
