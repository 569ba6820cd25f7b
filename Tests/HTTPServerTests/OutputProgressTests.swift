// Whether a client takes its responses.

import Primitives
import Testing

@testable import HTTPServer

@Suite("The progress of a client with its responses") struct OutputProgressTests {
  private static let now = Instant(nanoseconds: 1)

  @Test("a client that takes a few bytes of what waits is given no more time")
  func trickle() {
    var progress = OutputProgress()
    let sent: [UInt64] = [100] + stride(from: 110, to: 4_190, by: 10) + [4_196]
    let given = sent.map { progress.note(waiting: 10_000, sent: $0, at: Self.now) }
    #expect(given.indices.filter { given[$0] } == [0, sent.count - 1])
  }

  @Test("a client that is one small piece behind, and takes it each time, is given more time")
  func onePieceBehind() {
    var progress = OutputProgress()
    let given = (0..<10).map {
      progress.note(
        waiting: $0.isMultiple(of: 2) ? 1_000 : 0, sent: UInt64($0) * 500, at: Self.now)
    }
    #expect(given.filter { $0 }.count == 5)
  }

  @Test("a client that takes a response as often as it asks for one is given more time")
  func alwaysBehind() {
    var progress = OutputProgress()
    let given = (0..<8).map {
      progress.note(waiting: 100_000, sent: UInt64($0) * 2_048, at: Self.now)
    }
    #expect(given.filter { $0 }.count == 4)
  }

  @Test("a client that asks for more and takes nothing is given no more time")
  func askingOnly() {
    var progress = OutputProgress()
    let given = (0..<10).map {
      progress.note(waiting: 10_000 + $0 * 1_000, sent: 500, at: Instant(nanoseconds: UInt64($0)))
    }
    #expect(given.filter { $0 }.count == 1)
    #expect(progress.takenAt == Instant(nanoseconds: 0))
  }
}
