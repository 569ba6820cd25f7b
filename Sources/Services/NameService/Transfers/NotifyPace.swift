// How often a secondary is told that may not be there.

import Primitives

/// How soon a secondary is told the next thing, without clock: at first at once and again if it does not answer,
/// then less and less often, however often there is something new.
struct NotifyPace: Equatable {
  /// Messages in a row that it has not answered.
  private(set) var silence = 0

  init() {}

  mutating func sent() { silence += 1 }

  mutating func answered() { silence = 0 }

  /// Between the last message and one that tells something new.
  var pause: Duration {
    guard silence > 1 else { return .milliseconds(NameServiceLimits.notifyIntervalMilliseconds) }
    let doubled = NameServiceLimits.notifyIntervalMilliseconds << min(silence - 1, 16)
    return min(.milliseconds(doubled), .seconds(NameServiceLimits.longestNotifySeconds))
  }

  /// Between the last message, which is the `attempts`th of the same change, and the next of that.
  func wait(attempts: Int) -> Duration {
    max(.seconds(NameServiceLimits.notifySeconds << (attempts - 1)), pause)
  }

  /// Times that it is told of the same change.
  var attempts: Int {
    silence > NameServiceLimits.notifyAttempts ? 1 : NameServiceLimits.notifyAttempts
  }
}
