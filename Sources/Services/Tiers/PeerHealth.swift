// Whether a server is asked.

import Primitives

/// What was found out about a server lately. One that failed gets no requests until its own connections show that
/// it is back, for which it is looked at after a while, twice as long each time.
struct PeerHealth: Sendable {
  private(set) var failures = 0

  init() {}

  var isWell: Bool { failures == 0 }

  /// How long to wait before the next look.
  var rest: Duration {
    min(TierLimits.firstRest * (1 << min(max(failures - 1, 0), 16)), TierLimits.longestRest)
  }

  mutating func succeeded() { failures = 0 }

  mutating func failed() { failures += 1 }
}
