// Whether a server is asked.

import Primitives

/// What was found out about a server lately. One that failed is left alone for a while, twice as long each
/// time; then one request looks whether it is back.
struct PeerHealth: Sendable {
  private(set) var failures = 0
  private var restsUntil = Instant(nanoseconds: 0)
  private var isProbed = false

  init() {}

  /// Whether it may be asked, and notes that it is.
  mutating func admits(at now: Instant) -> Bool {
    guard failures > 0 else { return true }
    guard now >= restsUntil, !isProbed else { return false }
    isProbed = true
    return true
  }

  /// Whether it would be.
  func isWell(at now: Instant) -> Bool { failures == 0 || now >= restsUntil && !isProbed }

  mutating func succeeded() {
    failures = 0
    isProbed = false
  }

  mutating func failed(at now: Instant) {
    let rest = min(TierLimits.firstRest << UInt64(min(failures, 16)), TierLimits.longestRest)
    failures += 1
    isProbed = false
    restsUntil = now.advanced(byNanoseconds: rest)
  }

  /// Nothing was found out.
  mutating func gaveUp() { isProbed = false }
}
