// Whether a client takes its response.

import Primitives
import Testing

@testable import HTTPServer

@Suite("The progress of a response") struct ResponseProgressTests {
  @Test("a client that takes a few bytes of what waits is given no more time")
  func trickle() {
    var state = HTTP1ResponseState()
    let waiting = [10_000] + stride(from: 9_990, to: 6_000, by: -10) + [5_900]
    let progress = waiting.map { state.noteProgress($0, at: Instant(nanoseconds: 1)) }
    #expect(progress.indices.filter { progress[$0] } == [0, waiting.count - 1])
  }

  @Test("a client that is one small piece behind, and takes it each time, is given more time")
  func onePieceBehind() {
    var state = HTTP1ResponseState()
    let progress = (0..<10).map {
      state.noteProgress($0.isMultiple(of: 2) ? 1_000 : 0, at: Instant(nanoseconds: 1))
    }
    #expect(progress.filter { $0 }.count == 5)
  }
}
