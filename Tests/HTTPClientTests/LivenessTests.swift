// Signs of life of the other end of a connection.

import Primitives
import Testing

@testable import HTTPClient

@Suite("Signs of life")
struct LivenessTests {
  private static let silence = Duration.milliseconds(500)

  private static func at(_ milliseconds: UInt64) -> Instant {
    Instant(nanoseconds: 1_000_000_000 + milliseconds * 1_000_000)
  }

  /// A connection on which an exchange began at 0.
  private static func begun() -> Liveness {
    var liveness = Liveness(silence: silence, now: at(0))
    liveness.begin(now: at(0))
    return liveness
  }

  private func look(_ liveness: inout Liveness, at time: UInt64, is expected: Liveness.Finding) {
    let finding = liveness.look(now: Self.at(time))
    #expect(finding == expected, "at \(time) ms")
  }

  @Test("an end that is silent is asked, then counts as silent, and is given up in the end")
  func silent() {
    var liveness = Self.begun()
    look(&liveness, at: 500, is: .asks)
    liveness.ask(now: Self.at(500))
    look(&liveness, at: 1_000, is: .isSilent)
    #expect(liveness.isSilent)
    var time: UInt64 = 1_500
    let end = 500 + 500 * UInt64(HTTPClientLimits.silencesEndured)
    while time < end {
      look(&liveness, at: time, is: .well)
      time += 500
    }
    look(&liveness, at: end, is: .isGone)
  }

  @Test("a byte ends a silence, whether it is an answer or not") func signs() {
    var liveness = Self.begun()
    look(&liveness, at: 500, is: .asks)
    liveness.ask(now: Self.at(500))
    look(&liveness, at: 1_000, is: .isSilent)
    let wasSilent = liveness.received(now: Self.at(1_200))
    #expect(wasSilent && !liveness.isSilent)
    let isSilentStill = liveness.received(now: Self.at(1_201))
    #expect(!isSilentStill)
    look(&liveness, at: 1_500, is: .well)
    look(&liveness, at: 2_000, is: .asks)
  }

  @Test("an end that sends now and then is never asked") func lively() {
    var liveness = Self.begun()
    for time in stride(from: UInt64(400), to: 4_000, by: 400) {
      liveness.received(now: Self.at(time))
      if time % 2_000 == 0 { look(&liveness, at: time, is: .well) }
      liveness.begin(now: Self.at(time))
    }
  }

  @Test("a look that comes late says nothing of the other end") func late() {
    var liveness = Self.begun()
    look(&liveness, at: 500, is: .asks)
    liveness.ask(now: Self.at(500))
    look(&liveness, at: 1_125, is: .well)
    #expect(!liveness.isSilent && liveness.receivedAt == Self.at(1_125))
    look(&liveness, at: 1_625, is: .asks)
    liveness.ask(now: Self.at(1_625))
    look(&liveness, at: 2_249, is: .isSilent)
  }

  @Test("round trips are those of the last question") func roundTrips() {
    var liveness = Self.begun()
    #expect(liveness.roundTripNanoseconds == nil)
    liveness.ask(now: Self.at(0))
    liveness.ask(now: Self.at(10))
    liveness.answered(Self.at(0).nanoseconds, now: Self.at(15))
    #expect(liveness.roundTripNanoseconds == nil)
    liveness.answered(Self.at(10).nanoseconds, now: Self.at(17))
    #expect(liveness.roundTripNanoseconds == 7_000_000)
    liveness.answered(Self.at(10).nanoseconds, now: Self.at(30))
    #expect(liveness.roundTripNanoseconds == 7_000_000)
  }

  @Test("a measurement finds out that nothing came since the one before, whatever was asked since")
  func measured() {
    var liveness = Self.begun()
    let first = liveness.measure(now: Self.at(100), isInUse: false)
    liveness.received(now: Self.at(110))
    liveness.ask(now: Self.at(4_999))
    let second = liveness.measure(now: Self.at(5_000), isInUse: false)
    #expect(first == .asks && second == .asks, "it was asked a moment ago, and lives")
    // What is half-way is left the time that looks give it.
    let busy = liveness.measure(now: Self.at(10_000), isInUse: true)
    let idle = liveness.measure(now: Self.at(10_000), isInUse: false)
    #expect(busy == .isSilent && idle == .isGone)
  }
}
