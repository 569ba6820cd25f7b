// The count of requests in windows.

import Primitives
import Testing

@testable import PublicAPI

@Suite("PublicAPI: rate") struct RateWindowTests {
  @Test("as many requests as the limit pass in a window, and again in the next") func windows() {
    var window = RateWindow(limit: 2)
    let start = Instant(nanoseconds: 5)
    let late = start + .seconds(299)
    let passed = [start, start, late].map { window.take(at: $0) }
    #expect(passed == [true, true, false])
    #expect(window.remaining == 0)
    #expect(window.secondsLeft(at: late) == 1)
    let isNew = window.take(at: start + .seconds(300))
    #expect(isNew && window.remaining == 1)
  }
}
