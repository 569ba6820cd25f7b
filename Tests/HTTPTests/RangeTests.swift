// Range fields and what they select.

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
      text(output) == "\(head) 0-1/10\r\n\r\n01\(head) 8-9/10\r\n\r\n89\r\n--8000000000000abc--\r\n"
    )
  }
}
