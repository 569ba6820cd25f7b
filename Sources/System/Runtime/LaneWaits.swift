// Why a lane waited lately.

import Primitives

/// The tallies of the last minute's windows of one lane; there is none of a lane that did not wait.
///
/// Confined to the loop of its lane.
final class LaneWaits {
  private var windows = InlineArray<4, WaitTally>(repeating: WaitTally())

  /// The window of an instant.
  private static func period(_ now: Instant) -> UInt64 {
    now.nanoseconds / RuntimeLimits.waitWindowNanoseconds
  }

  /// Changes the tally of the window that `now` is in.
  func update(at now: Instant, _ body: (inout WaitTally) -> Void) {
    let period = Self.period(now)
    let index = Int(truncatingIfNeeded: period % UInt64(windows.count))
    if windows[index].period != period {
      windows[index] = WaitTally()
      windows[index].period = period
    }
    body(&windows[index])
  }

  /// The windows until `now` together; nil if the lane did not wait in them.
  func reading(at now: Instant) -> WaitReading? {
    let period = Self.period(now)
    var reading = WaitReading()
    for index in windows.indices where windows[index].period + UInt64(windows.count) > period {
      reading += windows[index]
    }
    return reading.sums.ticks > 0 ? reading : nil
  }
}
