// Dates as text.

import HTTP
import Primitives
import Testing

@Suite("HTTP dates")
struct HTTPDateTests {
  private static let now = WallTime(seconds: 1_700_000_000)

  private static func seconds(_ text: String, now: WallTime = now) -> Int64? {
    HTTPDate.parse(bytes(text).span, now: now)?.seconds
  }

  @Test(arguments: [
    // RFC 9110 section 5.6.7: the three formats of one moment.
    "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994", "SUN, 06 NOV 1994 08:49:37 gmt",
  ])
  func `the RFC's examples are the same moment`(text: String) {
    #expect(Self.seconds(text) == 784_111_777)
  }

  @Test(arguments: [
    "", "0", "-1", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 08:49:37 +0000", "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT", "Sun 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994  08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 31 Feb 1994 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 1900 08:49:37 GMT",
    "Son, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nox 1994 08:49:37 GMT",
    "Sun, 06-Nov-1994 08:49:37 GMT", "Sun, 06 Nov 1994 08.49.37 GMT",
    "Sunday, 06 Nov 94 08:49:37 GMT", "Sonday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov 06 08:49:37 94", "Sun Nov   6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 GMT ",
  ])
  func `anything else is no date`(text: String) { #expect(Self.seconds(text) == nil) }

  @Test func `two-digit years are at most 50 years ahead`() {
    #expect(Self.seconds("Sunday, 01-Jan-73 00:00:00 GMT") == 3_250_454_400)
    #expect(Self.seconds("Monday, 01-Jan-74 00:00:00 GMT") == 126_230_400)
    #expect(Self.seconds("Monday, 01-Jan-00 00:00:00 GMT") == 946_684_800)
  }

  @Test func `every written date is read back`() {
    var time: Int64 = -62_000_000_000
    while time < 253_000_000_000 {
      var output: [UInt8] = []
      HTTPDate.append(WallTime(seconds: time), to: &output)
      #expect(output.count == HTTPDate.length)
      #expect(HTTPDate.parse(output.span, now: Self.now)?.seconds == time)
      time += 86_400 * 137 + 12_345
    }
  }

  @Test(
    arguments: [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
      (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
      (Int64.max, "Fri, 31 Dec 9999 23:59:59 GMT"), (Int64.min, "Sat, 01 Jan 0000 00:00:00 GMT"),
    ] as [(Int64, String)])
  func `dates are written in the preferred format`(seconds: Int64, expected: String) {
    var output: [UInt8] = []
    HTTPDate.append(WallTime(seconds: seconds), to: &output)
    #expect(text(output) == expected)
  }

  @Test func `the cache writes each second's date`() {
    var cache = HTTPDateCache()
    var output: [UInt8] = []
    for seconds in [0, 0, 1, 0] as [Int64] {
      output += cache.text(WallTime(seconds: seconds))
    }
    #expect(
      text(output) == [0, 0, 1, 0].map { "Thu, 01 Jan 1970 00:00:0\($0) GMT" }.joined())
  }
}
