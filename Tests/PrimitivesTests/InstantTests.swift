// Instants and durations: order, and what happens at the ends of their range.

import Primitives
import Testing

@Suite("Instant") struct InstantTests {
  @Test("instants are ordered by time, and never is the last") func order() {
    let early = Instant(nanoseconds: 1), late = Instant(nanoseconds: 2)
    #expect(early < late)
    #expect(!(late < late))
    #expect(late < .never)
  }

  @Test("adding stops at never") func addition() {
    let instant = Instant(nanoseconds: 1_000)
    #expect(instant + .microseconds(2) == Instant(nanoseconds: 3_000))
    #expect(instant.advanced(byNanoseconds: 5) == Instant(nanoseconds: 1_005))
    #expect(instant.advanced(byNanoseconds: .max) == .never)
    #expect(Instant.never + .seconds(1) == .never)
    #expect(instant + .seconds(Int64.max) == .never)
  }

  @Test("a difference is never negative") func difference() {
    let early = Instant(nanoseconds: 10), late = Instant(nanoseconds: 25)
    #expect(late.nanoseconds(since: early) == 15)
    #expect(early.nanoseconds(since: late) == 0)
    #expect(early.nanoseconds(since: early) == 0)
  }

  @Test("durations are whole nanoseconds, from none to the most that fits") func durations() {
    #expect(Duration.seconds(1).wholeNanoseconds == 1_000_000_000)
    #expect((Duration.seconds(2) + .nanoseconds(7)).wholeNanoseconds == 2_000_000_007)
    #expect(Duration(secondsComponent: 0, attosecondsComponent: 999_999_999).wholeNanoseconds == 0)
    #expect(Duration.zero.wholeNanoseconds == 0)
    #expect(Duration.seconds(-1).wholeNanoseconds == 0)
    #expect(Duration.nanoseconds(-1).wholeNanoseconds == 0)
    #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
  }

  @Test("wall times are ordered, also before 1970") func wallTime() {
    #expect(WallTime(seconds: -1) < WallTime(seconds: 0))
    #expect(WallTime(seconds: 0) < WallTime(seconds: 1))
  }
}
