// Ranges, preconditions and codings: which representation is sent, and how much of it.

import HTTP
import Primitives
import Testing

@Suite("Ranges")
struct RangeTests {
  private static func select(_ value: String, _ length: UInt64) -> ByteRangeRequest.Selection? {
    ByteRangeRequest(bytes(value).span)?.select(from: length)
  }

  // RFC 9110 section 14.1.2, of 10,000 bytes.
  static let parts: [(String, [Range<UInt64>])] = [
    ("bytes=0-499", [0..<500]), ("bytes=500-999", [500..<1000]), ("bytes=-500", [9500..<10000]),
    ("bytes=9500-", [9500..<10000]), ("bytes=0-0,-1", [0..<1, 9999..<10000]),
    ("Bytes=0-", [0..<10000]), ("bytes=0-99999", [0..<10000]), ("bytes=-99999", [0..<10000]),
    ("bytes= 0-0 , 200-200", [0..<1, 200..<201]), ("bytes=500-600,601-999", [500..<1000]),
    ("bytes=500-700,601-999", [500..<1000]), ("bytes=300-400,0-99", [300..<401, 0..<100]),
    ("bytes=0-1,200-201,100-101", [0..<2, 200..<202, 100..<102]),
    ("bytes=0-1,100-101,50-60", [0..<102]), ("bytes=20000-,5-5", [5..<6]),
    ("bytes=0-99999999999999999999999999", [0..<10000]),
  ]

  @Test(arguments: parts)
  func `satisfiable ranges select parts`(value: String, expected: [Range<UInt64>]) {
    #expect(Self.select(value, 10000) == .parts(expected))
  }

  @Test(arguments: ["bytes=10000-", "bytes=-0", "bytes=99999999999999999999-", "bytes=20000-30000"])
  func `what lies beyond the end is unsatisfiable`(value: String) {
    #expect(Self.select(value, 10000) == .unsatisfiable)
  }

  @Test func `nothing of nothing is satisfiable`() {
    #expect(Self.select("bytes=0-", 0) == .unsatisfiable)
    #expect(Self.select("bytes=-5", 0) == .unsatisfiable)
  }

  @Test(arguments: [
    "", "bytes", "bytes=", "bytes=,", "bytes=a-b", "bytes=1", "bytes=-", "bytes=5-4", "bytes=1-2-3",
    "bytes=1 -2", "bytes=+1-2", "bytes=--1", "items=0-5", "bytes:0-5", "bytes =0-5", "bytes=0-5;a",
    "bytes=0x0-5", "bytes=0-0,2-2,4-4,6-6,8-8,10-10,1-1,3-3,5-5,7-7,9-9,11-,12-,13-,14-,15-,16-",
  ])
  func `what is malformed, unknown or too much is ignored`(value: String) {
    #expect(Self.select(value, 10000) == nil)
  }

  @Test func `many overlapping ranges get everything`() {
    #expect(Self.select("bytes=0-,0-,0-", 10000) == .everything)
    #expect(Self.select("bytes=0-5,3-8", 10000) == .parts([0..<9]))
  }

  @Test func `Content-Range is written and read`() throws {
    for (range, value) in [
      (ContentRange(range: 0..<500, length: 1234), "bytes 0-499/1234"),
      (ContentRange(range: 42..<1234, length: nil), "bytes 42-1233/*"),
      (ContentRange(range: nil, length: 1234), "bytes */1234"),
    ] {
      var output: [UInt8] = []
      range.append(to: &output)
      #expect(text(output) == value)
      #expect(ContentRange(output.span) == range)
    }
    for value in [
      "", "bytes", "bytes ", "bytes 0-4", "bytes 4-3/10", "bytes 0-10/10", "bytes */*", "bytes /5",
      "bytes 0-4/x", "items 0-4/10", "bytes 0-/10", "bytes -4/10", "bytes 0 - 4/10",
    ] {
      let parsed = ContentRange(bytes(value).span)
      #expect(parsed == nil, "\(value)")
    }
  }

  @Test func `a multipart body has the length that was said`() {
    let multipart = MultipartByteRanges(boundary: 0xabc)
    let type = bytes("text/plain")
    let parts: [Range<UInt64>] = [0..<2, 8..<10]
    var output: [UInt8] = []
    for part in parts {
      multipart.appendPartHead(
        ContentRange(range: part, length: 10), contentType: type.span, to: &output)
      output += Array("0123456789".utf8)[Int(part.lowerBound)..<Int(part.upperBound)]
    }
    multipart.appendEnd(to: &output)
    let length = multipart.length(of: parts, from: 10, contentType: type.span)
    #expect(length == UInt64(output.count))
    let head = "\r\n--8000000000000abc\r\nContent-Type: text/plain\r\nContent-Range: bytes"
    #expect(
      text(output) == "\(head) 0-1/10\r\n\r\n01\(head) 8-9/10\r\n\r\n89\r\n--8000000000000abc--\r\n")
  }
}

@Suite("Preconditions")
struct PreconditionTests {
  static let now = WallTime(seconds: 1_700_000_000)
  static let stamp = "Sun, 06 Nov 1994 08:49:37 GMT"
  static let before = "Sun, 06 Nov 1994 08:49:36 GMT"

  // RFC 9110 section 8.8.3.2.
  static let comparisons: [(String, String, Bool, Bool)] = [
    ("W/\"1\"", "W/\"1\"", false, true), ("W/\"1\"", "W/\"2\"", false, false),
    ("W/\"1\"", "\"1\"", false, true), ("\"1\"", "\"1\"", true, true),
    ("1", "1", false, false), ("\"1", "\"1", false, false), ("w/\"1\"", "\"1\"", false, false),
    ("\"\"", "\"\"", true, true), ("\"a b\"", "\"a b\"", false, false),
  ]

  @Test(arguments: comparisons)
  func `entity tags compare strongly and weakly`(a: String, b: String, strong: Bool, weak: Bool) {
    let a = bytes(a)
    let b = bytes(b)
    let isStrong = EntityTag.equal(a.span, b.span, .strong)
    let isWeak = EntityTag.equal(a.span, b.span, .weak)
    #expect(isStrong == strong)
    #expect(isWeak == weak)
  }

  static let outcomes:
    [(String, [(String, String)], HTTPMethod, Preconditions.Outcome, Preconditions.Outcome)] = [
      ("none", [], .get, .proceed, .proceed),
      ("hit", [("If-None-Match", "\"a\"")], .get, .notModified, .notModified),
      ("weak hit", [("If-None-Match", "W/\"a\"")], .head, .notModified, .notModified),
      ("list", [("If-None-Match", "\"x\", W/\"y,\" ,\"a\"")], .get, .notModified, .notModified),
      ("lines", [("If-None-Match", "\"x\""), ("If-None-Match", "\"a\"")], .get, .notModified,
        .notModified),
      ("star", [("If-None-Match", "*")], .get, .notModified, .notModified),
      ("other", [("If-None-Match", "\"b\"")], .get, .proceed, .proceed),
      ("unsafe", [("If-None-Match", "\"a\"")], .put, .failed, .failed),
      ("tag wins", [("If-None-Match", "\"b\""), ("If-Modified-Since", stamp)], .get, .proceed,
        .proceed),
      ("since", [("If-Modified-Since", stamp)], .get, .notModified, .notModified),
      ("since before", [("If-Modified-Since", before)], .get, .proceed, .proceed),
      ("since for put", [("If-Modified-Since", stamp)], .put, .proceed, .proceed),
      ("since junk", [("If-Modified-Since", "yesterday")], .get, .proceed, .proceed),
      ("match", [("If-Match", "\"a\"")], .put, .proceed, .proceed),
      ("match weak", [("If-Match", "W/\"a\"")], .put, .failed, .proceed),
      ("match star", [("If-Match", "*")], .put, .proceed, .proceed),
      ("match other", [("If-Match", "\"b\"")], .get, .failed, .proceed),
      ("match then none", [("If-Match", "\"a\""), ("If-None-Match", "\"a\"")], .get, .notModified,
        .notModified),
      ("unmodified", [("If-Unmodified-Since", stamp)], .put, .proceed, .proceed),
      ("unmodified before", [("If-Unmodified-Since", before)], .put, .failed, .proceed),
      ("match wins", [("If-Match", "\"a\""), ("If-Unmodified-Since", before)], .put, .proceed,
        .proceed),
    ]

  @Test(arguments: outcomes)
  func `preconditions are evaluated in the RFC's order`(
    name: String, fields: [(String, String)], method: HTTPMethod,
    origin: Preconditions.Outcome, cache: Preconditions.Outcome
  ) {
    let selected = Preconditions(
      response: block([("ETag", "\"a\""), ("Last-Modified", Self.stamp)]), now: Self.now)
    let request = block(fields)
    #expect(selected.evaluate(method, request, by: .origin) == origin)
    #expect(selected.evaluate(method, request, by: .cache) == cache)
  }

  @Test func `a representation without validators matches only a star`() {
    let selected = Preconditions(response: block([]), now: Self.now)
    for (value, outcome) in [("\"a\"", Preconditions.Outcome.proceed), ("*", .notModified)] {
      #expect(selected.evaluate(.get, block([("If-None-Match", value)]), by: .cache) == outcome)
    }
    let since = block([("If-Modified-Since", Self.stamp)])
    #expect(selected.evaluate(.get, since, by: .cache) == .proceed)
    let dated = Preconditions(
      response: block([]), date: WallTime(seconds: 784_111_777), now: Self.now)
    #expect(dated.evaluate(.get, since, by: .cache) == .notModified)
  }

  static let ranges: [(String, Bool)] = [
    ("\"a\"", true), ("W/\"a\"", false), ("\"b\"", false), (stamp, true), (before, false),
    ("junk", false),
  ]

  @Test(arguments: ranges)
  func `a range applies if If-Range names the representation`(value: String, applies: Bool) {
    let selected = Preconditions(
      response: block([("ETag", "\"a\""), ("Last-Modified", Self.stamp)]), now: Self.now)
    #expect(selected.rangeApplies(block([("If-Range", value)])) == applies)
    #expect(selected.rangeApplies(block([])))
  }
}

@Suite("Accept-Encoding")
struct AcceptEncodingTests {
  static let cases: [(String?, ContentCoding?)] = [
    (nil, .identity), ("", .identity), ("gzip", .gzip), ("gzip, br", .brotli),
    ("gzip;q=1.0, br;q=0.9", .gzip), ("br;q=0, gzip", .gzip), ("X-GZIP", .gzip),
    ("gzip;q=0", .identity), ("*", .brotli), ("*;q=0", nil), ("identity;q=0", nil),
    ("identity;q=0, *", .brotli), ("*;q=0, identity;q=0.1", .identity),
    ("identity, gzip;q=0.5", .identity), ("gzip;q=0.001", .gzip), ("gzip ; Q=0.8", .gzip),
    ("gzip;q=2", .identity), ("gzip;q=0.1234", .identity), ("gzip;q=", .identity),
    ("deflate, zstd", .identity), ("gzipped", .identity), ("gzip;q=1.001", .identity),
    ("br;q=1.000,gzip;q=1", .brotli),
  ]

  @Test(arguments: cases)
  func `the best acceptable coding is chosen`(value: String?, expected: ContentCoding?) {
    let accept = AcceptEncoding(block(value.map { [("Accept-Encoding", $0)] } ?? []))
    #expect(accept.best(of: [.brotli, .gzip, .identity]) == expected)
  }
}
