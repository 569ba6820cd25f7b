// When a server is slow, by its own measure.

import Primitives

extension PeerLink {
  /// How long a request waits for its head there until another server is asked as well.
  var hedgeDelay: Duration {
    guard let usual = headTime.nanoseconds else { return TierLimits.firstHedgeDelay }
    return min(max(.nanoseconds(usual), TierLimits.leastHedgeDelay), TierLimits.longestHedgeDelay)
  }

  /// A head came after that time.
  func headCame(after nanoseconds: UInt64) { headTime.add(nanoseconds) }

  /// A request was given up after that time, because another server was quicker. Only if that was long it says
  /// something.
  func wasGivenUp(after nanoseconds: UInt64) {
    if let usual = headTime.nanoseconds, nanoseconds > usual { headTime.add(nanoseconds) }
  }

  /// It is asked as well, because another is slow.
  func hedgeBegan() { figures.hedges += 1 }

  /// It was quicker than that one.
  func hedgeWon() { figures.hedgesWon += 1 }
}
