// How slowly a client may send a body.

import Primitives
import Testing

@testable import HTTPServer

@Suite("The pace of a request's body") struct BodyPaceTests {
  private let begun = Instant(nanoseconds: 1_000_000_000_000)

  private func at(_ seconds: UInt64) -> Instant {
    begun.advanced(byNanoseconds: seconds * 1_000_000_000)
  }

  @Test("a client may pause for less than thirty seconds") func pause() {
    var pace = BodyPace(begunAt: begun)
    pace.received(1_000_000, at: at(10))
    #expect(!pace.isTooSlow(at: at(39), since: begun))
    #expect(pace.isTooSlow(at: at(40), since: begun))
  }

  @Test("a client owes nothing for the time in which its reader had no room") func noRoom() {
    var pace = BodyPace(begunAt: begun)
    pace.received(1_000_000, at: at(10))
    #expect(!pace.isTooSlow(at: at(100), since: at(90)))
    #expect(pace.isTooSlow(at: at(120), since: at(90)))
  }

  @Test("a body that drips, a byte now and then, is too slow after its grace") func drip() {
    var pace = BodyPace(begunAt: begun)
    for second in stride(from: UInt64(0), through: 60, by: 10) {
      pace.received(1, at: at(second))
      #expect(pace.isTooSlow(at: at(second), since: at(second)) == (second > 30))
    }
  }

  @Test("a body that drips is looked at when its grace is over, however often a byte comes")
  func deadline() {
    var pace = BodyPace(begunAt: begun)
    for second in stride(from: UInt64(0), through: 30, by: 5) { pace.received(1, at: at(second)) }
    #expect(pace.deadline == at(31))
    #expect(pace.isTooSlow(at: at(31), since: at(0)))
    pace.received(10_000, at: at(30))
    #expect(pace.deadline == at(60))
  }

  @Test("a body at the least average goes on for as long as it takes") func steady() {
    var pace = BodyPace(begunAt: begun)
    for second in 1...3600 as ClosedRange<UInt64> {
      pace.received(Int(HTTPServerLimits.bodyBytesPerSecond), at: at(second))
      #expect(!pace.isTooSlow(at: at(second), since: at(second)))
    }
  }
}
