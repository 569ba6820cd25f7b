// Times as RFC 3339 writes them.

import HTTP
import Primitives
import Testing

@Suite("HTTP: RFC 3339") struct TimestampTests {
  @Test("times are written and read as the same", arguments: [0, 951_782_400, 1_795_835_520])
  func roundTrip(_ seconds: Int64) {
    let time = WallTime(seconds: seconds)
    #expect(Timestamp.time(Timestamp.text(time)) == time)
  }

  @Test("RFC 3339's example is read, and what is no time in UTC is not") func examples() {
    #expect(Timestamp.text(WallTime(seconds: 482_196_050)) == "1985-04-12T23:20:50Z")
    #expect(Timestamp.time("1985-04-12T23:20:50.52Z") == WallTime(seconds: 482_196_050))
    for text in [
      "", "1985-04-12", "1985-13-12T23:20:50Z", "1985-04-12T24:20:50Z", "1985-04-12T23:20:50+01:00",
      "1985-04-12T23:20:50.Z1Z",
    ] {
      #expect(Timestamp.time(text) == nil, "\(text)")
    }
  }
}
