// table: requests that could be read in two ways, and the error each gets.

import Foundation
import HTTP
import Primitives
import Testing

@Suite("HTTP/1.1 requests that are refused")
struct HTTP1RequestRefusalTests {
  static let lines: [(String, HTTPParseError)] = [
    ("GET /", .invalidRequestLine),
    ("GET  / HTTP/1.1", .invalidTarget),
    ("GET /  HTTP/1.1", .invalidTarget),
    ("GET / HTTP/1.1 ", .invalidRequestLine),
    (" GET / HTTP/1.1", .invalidRequestLine),
    ("GET\t/ HTTP/1.1", .invalidMethod),
    ("GET /\tHTTP/1.1", .invalidRequestLine),
    ("GET /a b HTTP/1.1", .invalidTarget),
    ("GET /a\tb HTTP/1.1", .invalidTarget),
    ("GET /#f HTTP/1.1", .invalidTarget),
    ("GET /\u{e9} HTTP/1.1", .invalidTarget),
    ("GET a HTTP/1.1", .invalidTarget),
    ("GET * HTTP/1.1", .invalidTarget),
    ("GET ?a HTTP/1.1", .invalidTarget),
    ("GET ftp://a/ HTTP/1.1", .invalidTarget),
    ("GET https://a/ HTTP/1.1", .schemeMismatch),
    ("GET http:///x HTTP/1.1", .invalidTarget),
    ("GET http:// HTTP/1.1", .invalidTarget),
    ("GET http://u:p@a/ HTTP/1.1", .invalidTarget),
    ("GET http://b/ HTTP/1.1", .hostMismatch),
    ("GET http://a:81/ HTTP/1.1", .hostMismatch),
    ("CONNECT a HTTP/1.1", .invalidTarget),
    ("CONNECT /a:80 HTTP/1.1", .invalidTarget),
    ("CONNECT a:81 HTTP/1.1", .hostMismatch),
    ("G@T / HTTP/1.1", .invalidMethod),
    ("GET / HTTP/2.0", .unsupportedVersion),
    ("GET / HTTP/9.9", .unsupportedVersion),
    ("GET / HTTP/1.2", .invalidVersion),
    ("GET / HTTP/0.9", .invalidVersion),
    ("GET / http/1.1", .invalidVersion),
    ("GET / HTTP/01.1", .invalidRequestLine),
    ("GET / HTTP/1,1", .invalidVersion),
    ("GET / ICE/1.01", .invalidVersion),
    ("GET / HTTP/1.10", .invalidRequestLine),
  ]

  @Test(arguments: lines)
  func `a malformed request line`(line: String, error: HTTPParseError) {
    #expect(Outcome.request(bytes(line + "\r\nHost: a\r\n\r\n"))?.error == error)
  }

  static let fields: [(String, HTTPParseError)] = [
    // RFC 9112 section 3.2.
    ("X: y", .missingHost),
    ("Host: a\r\nHost: a", .duplicateHost),
    ("Host: a\r\nhost: b", .duplicateHost),
    ("Host:", .invalidHost),
    ("Host: a b", .invalidHost),
    ("Host: a,b", .invalidHost),
    ("Host: a/b", .invalidHost),
    ("Host: u@a", .invalidHost),
    ("Host: a:x", .invalidHost),
    ("Host: a:65536", .invalidHost),
    ("Host: a:80:80", .invalidHost),
    ("Host: [::1", .invalidHost),
    ("Host: :80", .invalidHost),
    ("Host: a%41", .invalidHost),
    // RFC 9112 section 5.
    ("Host: a\r\nX : y", .invalidFieldName),
    ("Host: a\r\nX\t: y", .invalidFieldName),
    ("Host: a\r\nX y: z", .invalidFieldName),
    ("Host: a\r\n: y", .invalidFieldName),
    ("Host: a\r\nX", .invalidFieldName),
    ("Host: a\r\nX@: y", .invalidFieldName),
    ("Host: a\r\n\u{e9}: y", .invalidFieldName),
    ("Host: a\r\nContent-Length : 1", .invalidFieldName),
    ("Host: a\r\n X: y", .obsoleteFold),
    ("Host: a\r\nX: y\r\n\tz", .obsoleteFold),
    (" Host: a", .obsoleteFold),
    ("Host: a\r\nX: y\nZ: a", .bareLineFeed),
    ("Host: a\r\nX: y\rZ: a", .bareCarriageReturn),
    ("Host: a\r\nX: y\r\rZ: a", .bareCarriageReturn),
    ("Host: a\r\nX: \u{0}", .controlCharacter),
    ("Host: a\r\nX\u{0}: a", .controlCharacter),
    ("Host: a\r\nX: \u{c}", .controlCharacter),
    ("Host: a\r\nX: a\u{7f}", .controlCharacter),
    ("Host: a\r\nTransfer_Encoding: chunked", .lookalikeFieldName),
    ("Host: a\r\ncontent_LENGTH: 5", .lookalikeFieldName),
    // RFC 9112 section 6.
    ("Host: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked", .lengthAndTransferEncoding),
    ("Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0", .lengthAndTransferEncoding),
    ("Host: a\r\nContent-Length: 1\r\nContent-Length: 1", .duplicateContentLength),
    ("Host: a\r\nContent-Length: 1\r\nContent-Length: 2", .duplicateContentLength),
    ("Host: a\r\nContent-Length: 1, 1", .invalidContentLength),
    ("Host: a\r\nContent-Length: 1,", .invalidContentLength),
    ("Host: a\r\nContent-Length: +1", .invalidContentLength),
    ("Host: a\r\nContent-Length: -1", .invalidContentLength),
    ("Host: a\r\nContent-Length: 0x1", .invalidContentLength),
    ("Host: a\r\nContent-Length: 1 2", .invalidContentLength),
    ("Host: a\r\nContent-Length: 1.0", .invalidContentLength),
    ("Host: a\r\nContent-Length: \"1\"", .invalidContentLength),
    ("Host: a\r\nContent-Length:", .invalidContentLength),
    ("Host: a\r\nContent-Length: 9223372036854775808", .invalidContentLength),
    ("Host: a\r\nContent-Length: 18446744073709551617", .invalidContentLength),
    ("Host: a\r\nContent-Length: 00000000000000000001", .invalidContentLength),
    ("Host: a\r\nTransfer-Encoding: gzip, chunked", .invalidTransferEncoding),
    ("Host: a\r\nTransfer-Encoding: chunked, gzip", .invalidTransferEncoding),
    ("Host: a\r\nTransfer-Encoding: chunked, chunked", .invalidTransferEncoding),
    ("Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: gzip", .invalidTransferEncoding),
    (
      "Host: a\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked",
      .unsupportedTransferCoding
    ),
    ("Host: a\r\nTransfer-Encoding: ,chunked", .invalidTransferEncoding),
    ("Host: a\r\nTransfer-Encoding:", .invalidTransferEncoding),
    ("Host: a\r\nTransfer-Encoding: \"chunked\"", .invalidTransferEncoding),
    ("Host: a\r\nTransfer-Encoding: chunked;a=b", .invalidTransferEncoding),
    ("Host: a\r\nTransfer-Encoding: identity", .unsupportedTransferCoding),
    ("Host: a\r\nTransfer-Encoding: xchunked", .unsupportedTransferCoding),
    ("Host: a\r\nTransfer-Encoding: chunkedchunked", .unsupportedTransferCoding),
    ("Host: a\r\nTransfer-Encoding: \u{b}chunked", .controlCharacter),
  ]

  @Test(arguments: fields)
  func `fields that are malformed or frame ambiguously`(fields: String, error: HTTPParseError) {
    #expect(Outcome.request(bytes("POST / HTTP/1.1\r\n\(fields)\r\n\r\n"))?.error == error)
  }

  @Test func `a transfer coding in HTTP 1.0 is refused`() {
    let input = "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    #expect(Outcome.request(bytes(input))?.error == .transferEncodingNotAllowed)
  }

  @Test func `every error has the status that its kind calls for`() {
    for error in HTTPParseError.allCases {
      #expect([400, 414, 431, 501, 505].contains(error.status))
    }
    #expect(HTTPParseError.unsupportedTransferCoding.status == 501)
    #expect(HTTPParseError.requestLineTooLong.status == 414)
  }

  struct MustRefuse: Decodable {
    var id: String
    var raw: String
  }

  @Test func `all of shared must-refuse is refused or waits for more`() throws {
    guard let file = sharedFile("conformance/data/http1/must-refuse.json") else { return }
    let cases = try JSONDecoder().decode([MustRefuse].self, from: file)
    #expect(cases.count >= 60)
    for one in cases {
      // The file holds one byte per character.
      let raw = one.raw.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
      #expect(!Self.readsToTheEnd(raw), "\(one.id)")
    }
  }

  /// Whether all of `input` is complete requests.
  private static func readsToTheEnd(_ input: [UInt8]) -> Bool {
    var rest = input
    while !rest.isEmpty {
      guard let head = Outcome.request(rest), head.error == nil else { return false }
      rest.removeFirst(head.consumed)
      guard let body = Outcome.body(rest, head.framing.body), body.error == nil else {
        return false
      }
      rest.removeFirst(body.consumed)
    }
    return true
  }
}
