// Whether an endpoint is asked at all.

import Primitives

/// Leaves an endpoint alone for a while that failed several times in a row; then one request finds out
/// whether it is well again.
struct EndpointHealth: Sendable {
  private(set) var failures = 0
  private var restsUntil = Instant(nanoseconds: 0)
  private var rest = ReserveLimits.firstRest
  private var isProbed = false

  /// Whether a request may go to it now. The first after a rest is the only one until its outcome is
  /// known, or for as long as the rest was.
  mutating func admits(now: Instant) -> Bool {
    guard failures >= ReserveLimits.failuresBeforeRest else { return true }
    guard now >= restsUntil else { return false }
    restsUntil = now + rest
    isProbed = true
    return true
  }

  /// Whether it is left alone.
  func isResting(now: Instant) -> Bool {
    failures >= ReserveLimits.failuresBeforeRest && now < restsUntil
  }

  mutating func succeeded() { self = EndpointHealth() }

  mutating func failed(now: Instant) {
    failures += 1
    if failures == ReserveLimits.failuresBeforeRest { return restsUntil = now + rest }
    // Those that were under way when the rest began say nothing new.
    guard isProbed else { return }
    isProbed = false
    rest = min(rest * 2, ReserveLimits.longestRest)
    restsUntil = now + rest
  }
}
