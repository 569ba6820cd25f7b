// Whether an address is well, by its checks.

import Primitives
import Testing

@testable import NameService

@Suite("AddressHealth")
struct AddressHealthTests {
  private static func check(_ failures: Int, _ successes: Int) -> HealthCheck {
    var check = HealthCheck(.tcp, port: 80)
    check.failures = failures
    check.successes = successes
    check.intervalMilliseconds = 1_000
    return check
  }

  /// What becomes of an address whose checks a text lists, one a second: + is good, - bad.
  private static func verdicts(_ text: String, _ check: HealthCheck) -> String {
    var health = AddressHealth()
    var now = Instant(nanoseconds: 1)
    var verdicts = ""
    for letter in text {
      let before = health.verdict
      let hasChanged = health.note(isGood: letter == "+", check, now: now)
      #expect(hasChanged == (health.verdict != before))
      verdicts += health.verdict == .well ? "w" : "i"
      now = now + .seconds(1)
    }
    return verdicts
  }

  @Test(
    "the first check decides; then it takes so many in a row",
    arguments: [
      ("+", 3, 2, "w"), ("-", 3, 2, "i"),
      ("+--+---", 3, 2, "wwwwwwi"),
      // Never well: a good one is enough, until it is sure that it is ill.
      ("-+", 3, 2, "iw"), ("---++", 3, 2, "iiiiw"), ("--+", 3, 2, "iiw"),
      ("+---+-++", 3, 2, "wwwiiiiw"),
      ("+-", 1, 1, "wi"), ("+-+", 1, 1, "wiw"),
    ])
  func thresholds(_ checks: String, _ failures: Int, _ successes: Int, _ verdicts: String) {
    #expect(Self.verdicts(checks, Self.check(failures, successes)) == verdicts)
  }

  @Test("who falls again soon needs twice as many good checks each time, up to sixteen times")
  func flapping() {
    let check = Self.check(1, 1)
    var health = AddressHealth()
    var now = Instant(nanoseconds: 1)
    _ = health.note(isGood: true, check, now: now)
    var needed: [Int] = []
    for _ in 0..<7 {
      now = now + .seconds(1)
      let hasFallen = health.note(isGood: false, check, now: now)
      #expect(hasFallen)
      needed.append(health.successesNeeded(check))
      for good in 1...health.successesNeeded(check) {
        now = now + .seconds(1)
        let hasRisen = health.note(isGood: true, check, now: now)
        #expect(hasRisen == (good == needed.last), "\(needed) \(good)")
      }
    }
    #expect(needed == [1, 2, 4, 8, 16, 16, 16])
    // It stays up for long: forgotten.
    now = now + .seconds(601)
    let hasFallen = health.note(isGood: false, check, now: now)
    #expect(hasFallen)
    #expect(health.successesNeeded(check) == 1)
  }

  @Test("a plain model of any checks says the same") func model() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      let check = Self.check(
        Int.random(in: 1...4, using: &generator), Int.random(in: 1...4, using: &generator))
      var text = ""
      for _ in 0..<40 { text += Int.random(in: 0..<3, using: &generator) == 0 ? "-" : "+" }
      #expect(Self.verdicts(text, check) == Self.model(text, check), "\(text) \(check)")
    }
  }

  /// The same from the whole history each time. Falls are all soon after the rise.
  private static func model(_ text: String, _ check: HealthCheck) -> String {
    var verdicts = ""
    var history: [Bool] = []
    var isWell = false
    var since = 0
    var falls = 0
    for letter in text {
      history.append(letter == "+")
      if history.count == 1 {
        isWell = history[0]
      } else {
        let run = history[since...].reversed().prefix { $0 != isWell }.count
        let wasWell = verdicts.contains("w")
        let first = history.prefix { !$0 }.count
        // Between the first bad checks good ones would have ended them.
        let isUnsure = !wasWell && first < check.failures
        let rising = isUnsure ? 1 : check.successes << min(4, max(0, falls - 1))
        if run >= (isWell ? check.failures : rising) {
          if isWell { falls += 1 }
          isWell.toggle()
          since = history.count
        }
      }
      verdicts += isWell ? "w" : "i"
    }
    return verdicts
  }
}
