// The order in which addresses are tried.

import Primitives
import Runtime
import Testing

@testable import HTTPClient

@Suite("Address races")
struct AddressRaceTests {
  private let first = SocketAddress(ipv4: 192, 0, 2, 1, port: 80)
  private let second = SocketAddress(ipv4: 192, 0, 2, 2, port: 80)
  private let start = Instant(nanoseconds: 1_000_000_000)

  @Test("the second address is tried when the first has not answered for 250 ms")
  func fallback() {
    var race = AddressRace([first, second], now: start, timeout: .seconds(5))
    #expect(race.next(now: start) == .start(first))
    #expect(race.next(now: start) == .wait(until: start + .milliseconds(250)))
    #expect(race.next(now: start + .milliseconds(250)) == .start(second))
    #expect(race.next(now: start + .milliseconds(250)) == .wait(until: start + .seconds(5)))
    #expect(race.next(now: start + .seconds(5)) == .timedOut)
  }

  @Test("the second address is tried at once when the first has failed, and then none is left")
  func failing() {
    var race = AddressRace([first, second], now: start, timeout: .seconds(5))
    #expect(race.next(now: start) == .start(first))
    race.attemptFailed(now: start)
    #expect(race.next(now: start) == .start(second))
    race.attemptFailed(now: start)
    #expect(race.next(now: start) == .exhausted)
  }

  @Test("a name without addresses has nothing to try")
  func empty() {
    var race = AddressRace([], now: start, timeout: .seconds(5))
    #expect(race.next(now: start) == .exhausted)
  }
}
