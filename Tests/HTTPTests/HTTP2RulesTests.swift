// Header lists of HTTP/2.

import HTTP
import Primitives
import Testing

@Suite("HTTP/2 header rules")
struct HTTP2RulesTests {
  /// The outcome of a request's header list, given as lines `name: value`.
  private static func request(
    _ list: [(String, String)], extendedConnect: Bool = false
  ) -> Outcome {
    var rules = HTTP2RequestRules(scheme: .https, allowsExtendedConnect: extendedConnect)
    var head = RequestHead()
    var result = Outcome()
    do throws(HTTPParseError) {
      for (name, value) in list {
        try rules.add(bytes(name).span, bytes(value).span, to: &head)
      }
      try rules.finish(&head)
      result.start = "\(text(head.method.token)) \(text(head.path)) \(head.version) \(head.scheme)"
      result.authority = text(head.authority)
      result.fields = lines(head.fields)
      if let length = rules.contentLength { result.framing.body = .length(length) }
    } catch {
      result.error = error
    }
    return result
  }

  private static let start = [
    (":method", "GET"), (":scheme", "https"), (":authority", "A.example:443"), (":path", "/x?y"),
  ]

  @Test func `a header list becomes the same head as in HTTP 1`() {
    let outcome = Self.request(
      Self.start + [
        ("cookie", "a=b"), ("te", "trailers"), ("cookie", "c=d"), ("x", ""),
        ("content-length", "5"), ("host", "a.EXAMPLE"),
      ])
    #expect(outcome.error == nil)
    #expect(outcome.start == "GET /x?y http2 https")
    #expect(outcome.authority == "a.example")
    #expect(
      outcome.fields == ["te: trailers", "x: ", "content-length: 5", "Cookie: a=b; c=d"])
    #expect(outcome.framing.body == .length(5))
  }

  @Test func `Host may stand in for the authority`() {
    let list = Self.start.filter { $0.0 != ":authority" }
    #expect(Self.request(list + [("host", "B")]).authority == "b")
    #expect(Self.request(list).error == .missingHost)
  }

  @Test func `CONNECT has method and authority only`() {
    let plain = [(":method", "CONNECT"), (":authority", "a:443")]
    #expect(Self.request(plain).start == "CONNECT  http2 https")
    #expect(Self.request(plain + [(":path", "/")]).error == .invalidPseudoHeader)
    #expect(
      Self.request([(":method", "CONNECT"), (":authority", "a")]).error == .invalidPseudoHeader)
    let extended = plain + [(":scheme", "https"), (":path", "/"), (":protocol", "websocket")]
    #expect(Self.request(extended).error == .invalidPseudoHeader)
    #expect(Self.request(extended, extendedConnect: true).error == nil)
    let get = Self.start + [(":protocol", "websocket")]
    #expect(Self.request(get, extendedConnect: true).error == .invalidPseudoHeader)
  }

  static let fields: [(String, String, HTTPParseError)] = [
    // RFC 9113 section 8.2.1.
    ("X", "y", .invalidFieldName), ("x y", "z", .invalidFieldName), ("", "y", .invalidFieldName),
    ("x:", "y", .invalidFieldName), ("x\u{0}", "y", .invalidFieldName),
    ("\u{e9}", "y", .invalidFieldName), ("x", "a\r\nb", .controlCharacter),
    ("x", "\u{0}", .controlCharacter), ("x", "\n", .controlCharacter),
    ("x", " a", .invalidFieldValue), ("x", "a\t", .invalidFieldValue),
    ("transfer_encoding", "chunked", .lookalikeFieldName),
    // Section 8.2.2.
    ("connection", "close", .connectionSpecificField),
    ("keep-alive", "1", .connectionSpecificField),
    ("proxy-connection", "close", .connectionSpecificField),
    ("transfer-encoding", "chunked", .connectionSpecificField),
    ("upgrade", "h2c", .connectionSpecificField), ("te", "gzip", .connectionSpecificField),
    // Section 8.3.
    (":path", "/", .misplacedPseudoHeader), (":status", "200", .misplacedPseudoHeader),
    ("content-length", "x", .invalidContentLength), ("content-length", "", .invalidContentLength),
    ("host", "b", .hostMismatch), ("host", "", .invalidHost),
  ]

  @Test(arguments: fields)
  func `a malformed field is refused`(name: String, value: String, error: HTTPParseError) {
    #expect(Self.request(Self.start + [("a", "b"), (name, value)]).error == error)
  }

  @Test func `repeats that change the framing are refused`() {
    let length = ("content-length", "5")
    #expect(Self.request(Self.start + [length, length]).error == .duplicateContentLength)
    let host = ("host", "a.example")
    #expect(Self.request(Self.start + [host, host]).error == .duplicateHost)
  }

  static let pseudo: [(String, String, HTTPParseError)] = [
    (":method", "", .invalidMethod), (":method", "G T", .invalidMethod),
    (":scheme", "ftp", .schemeMismatch), (":scheme", "", .schemeMismatch),
    (":authority", "", .invalidHost), (":authority", "u@a", .invalidHost),
    (":path", "", .invalidTarget), (":path", "x", .invalidTarget), (":path", "*", .invalidTarget),
    (":path", "/ ", .invalidTarget), (":path", "/#", .invalidTarget),
    (":path", "/\u{0}", .invalidTarget), (":path", "http://a/", .invalidTarget),
  ]

  @Test(arguments: pseudo)
  func `a malformed pseudo-header is refused`(name: String, value: String, error: HTTPParseError) {
    let list = Self.start.map { $0.0 == name ? (name, value) : $0 }
    #expect(Self.request(list).error == error)
  }

  @Test(arguments: [":method", ":scheme", ":path", ":authority"])
  func `each pseudo-header comes exactly once`(name: String) {
    let without = Self.start.filter { $0.0 != name }
    #expect(
      Self.request(without).error == (name == ":authority" ? .missingHost : .missingPseudoHeader))
    let twice = Self.start + Self.start.filter { $0.0 == name }
    #expect(Self.request(twice).error == .duplicatePseudoHeader)
  }

  @Test func `unknown pseudo-headers are refused and OPTIONS may name the server`() {
    #expect(Self.request(Self.start + [(":x", "y")]).error == .invalidPseudoHeader)
    #expect(Self.request(Self.start + [(":status", "200")]).error == .invalidPseudoHeader)
    let options = Self.start.map { name, value in
      (name, name == ":method" ? "OPTIONS" : name == ":path" ? "*" : value)
    }
    #expect(Self.request(options).error == nil)
  }

  @Test func `the list has limits`() {
    let many = (0..<125).map { ("a\($0)", "b") }
    #expect(Self.request(Self.start + many).error == .tooManyFields)
    let long = ("a", String(repeating: "b", count: 65_000))
    #expect(
      Self.request(Self.start + [long, ("c", String(repeating: "d", count: 600))]).error
        == .fieldSectionTooLarge)
    let name = String(repeating: "n", count: 257)
    #expect(Self.request(Self.start + [(name, "")]).error == .fieldNameTooLong)
  }

  @Test func `between servers of a fleet lists have room for what these add`() {
    func fields(_ count: Int) -> [(String, String)] { (0..<count).map { ("x-\($0)", "y") } }
    for (count, isOfFleet, error) in [
      (127, false, nil), (128, false, HTTPParseError.tooManyFields), (191, true, nil),
      (192, true, .tooManyFields),
    ] {
      let list = [(":status", "200")] + fields(count)
      #expect(Self.response(list, isOfFleet: isOfFleet).error == error)
    }
    let long = [(":status", "200"), ("a", String(repeating: "b", count: 70_000))]
    #expect(Self.response(long).error == .fieldSectionTooLarge)
    #expect(Self.response(long, isOfFleet: true).error == nil)
  }

  private static func response(
    _ list: [(String, String)], isOfFleet: Bool = false
  ) -> Outcome {
    var rules = HTTP2ResponseRules(isOfFleet: isOfFleet)
    var head = ResponseHead(status: 0)
    var result = Outcome()
    do throws(HTTPParseError) {
      for (name, value) in list {
        try rules.add(bytes(name).span, bytes(value).span, to: &head)
      }
      try rules.finish()
      result.start = "\(head.status)"
      result.fields = lines(head.fields)
    } catch {
      result.error = error
    }
    return result
  }

  @Test func `responses have one status, first`() {
    let fine = Self.response([(":status", "200"), ("server", "x"), ("content-length", "3")])
    #expect(fine.start == "200")
    #expect(fine.fields == ["server: x", "content-length: 3"])
    #expect(Self.response([("a", "b")]).error == .missingPseudoHeader)
    #expect(Self.response([("a", "b"), (":status", "200")]).error == .misplacedPseudoHeader)
    #expect(
      Self.response([(":status", "200"), (":status", "200")]).error == .duplicatePseudoHeader)
    #expect(Self.response([(":status", "200"), (":path", "/")]).error == .invalidPseudoHeader)
    #expect(
      Self.response([(":status", "200"), ("connection", "x")]).error == .connectionSpecificField)
    for status in ["", "20", "2000", "+20", "101", "099", "600"] {
      #expect(Self.response([(":status", status)]).error == .invalidStatusLine)
    }
  }

  @Test func `trailers have no pseudo-headers and no framing`() throws {
    var trailers = FieldBlock()
    var rules = HTTP2TrailerRules()
    try rules.add(bytes("x-sum").span, bytes("1").span, to: &trailers)
    try rules.add(bytes("set-cookie").span, bytes("1").span, to: &trailers)
    #expect(lines(trailers) == ["x-sum: 1"])
    #expect(throws: HTTPParseError.misplacedPseudoHeader) {
      try rules.add(bytes(":status").span, bytes("200").span, to: &trailers)
    }
    #expect(throws: HTTPParseError.forbiddenTrailer) {
      try rules.add(bytes("content-length").span, bytes("1").span, to: &trailers)
    }
  }
}
