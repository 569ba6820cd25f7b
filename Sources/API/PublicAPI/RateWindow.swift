// How many requests an account has made.

import Primitives

/// Counts requests in windows of fixed length. No clock: `now` is passed in.
struct RateWindow {
  let limit: Int
  private var begins = Instant(nanoseconds: 0)
  private(set) var count = 0
  private var hasBegun = false

  init(limit: Int) { self.limit = limit }

  /// Counts a request; false if it is one too many.
  mutating func take(at now: Instant) -> Bool {
    if !hasBegun || now >= begins + APILimits.window {
      begins = now
      count = 0
      hasBegun = true
    }
    guard count < limit else { return false }
    count += 1
    return true
  }

  var remaining: Int { max(0, limit - count) }

  /// Seconds until the window ends, rounded up.
  func secondsLeft(at now: Instant) -> Int {
    let end = begins + APILimits.window
    guard now < end else { return 0 }
    return Int((end.nanoseconds(since: now) + 999_999_999) / 1_000_000_000)
  }

  /// What tells clients of it.
  func fields(at now: Instant) -> [(name: String, value: String)] {
    [
      ("X-RateLimit-Limit", String(limit)), ("X-RateLimit-Remaining", String(remaining)),
      ("X-RateLimit-Reset", String(secondsLeft(at: now))),
    ]
  }
}
