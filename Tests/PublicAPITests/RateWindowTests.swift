// The count of requests in windows.

import Primitives
import Testing

@testable import PublicAPI

@Suite("PublicAPI: rate") struct RateWindowTests {
  @Test("as many requests as the limit pass in a window, and again in the next") func windows() {
    var window = RateWindow(limit: 2)
    let start = Instant(nanoseconds: 5)
    #expect(window.take(at: start))
    #expect(window.take(at: start))
    #expect(!window.take(at: start + .seconds(299)))
    #expect(window.remaining == 0)
    #expect(window.secondsLeft(at: start + .seconds(299)) == 1)
    #expect(window.take(at: start + .seconds(300)))
  }
}
