// How far away origins are, over time.

import Primitives
import Testing

@testable import Origin

@Suite("The least of what was measured lately")
struct RecentMinimumTests {
  @Test func `what took longer counts for nothing, until the short ones are old`() {
    var least = RecentMinimum(window: .seconds(10))
    let begin = Instant(nanoseconds: 1_000_000_000_000)
    func add(_ value: UInt64, _ seconds: Int) -> UInt64? {
      least.add(value, at: begin + .seconds(seconds))
      return least.value
    }
    let nothing = least.value
    #expect(nothing == nil)
    let values = [
      add(50, 0), add(20, 1), add(90, 9), add(90, 11), add(80, 19), add(90, 22), add(100, 60),
    ]
    #expect(values == [50, 20, 20, 20, 20, 80, 100])
  }
}
