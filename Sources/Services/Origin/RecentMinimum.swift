// The least of what was measured lately.

import Primitives

/// The least of a stream of measurements in the last one to two windows: what takes longer waited for something.
/// Without any newer ones the last stay.
struct RecentMinimum: Sendable {
  private var current: UInt64?
  private var previous: UInt64?
  private var windowEnd = Instant(nanoseconds: 0)
  private let window: Duration

  init(window: Duration) { self.window = window }

  /// Nil as long as nothing was measured.
  var value: UInt64? { [current, previous].compactMap { $0 }.min() }

  mutating func add(_ value: UInt64, at now: Instant) {
    if now >= windowEnd {
      previous = now >= windowEnd + window ? nil : current
      current = nil
      windowEnd = now + window
    }
    current = min(current ?? value, value)
  }
}
