// Which coding a client gets.

import HTTP
import Primitives
import Testing

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
