// How old a response is and how old it may become.

import Primitives

/// Age and lifetime of a response (RFC 9111 section 4.2).
struct Freshness: Sendable, Equatable {
  /// When the response came.
  var receivedAt: Instant
  /// Its age then, in seconds: `corrected_initial_age` of RFC 9111 section 4.2.3.
  var initialAgeSeconds: UInt64
  /// `freshness_lifetime` of section 4.2.1, in seconds.
  var lifetimeSeconds: UInt64

  init(receivedAt: Instant, initialAgeSeconds: UInt64, lifetimeSeconds: UInt64) {
    self.receivedAt = receivedAt
    self.initialAgeSeconds = initialAgeSeconds
    self.lifetimeSeconds = lifetimeSeconds
  }

  /// `current_age` of RFC 9111 section 4.2.3, in seconds.
  @inline(__always)
  func ageSeconds(at now: Instant) -> UInt64 {
    initialAgeSeconds &+ now.nanoseconds(since: receivedAt) / 1_000_000_000
  }

  /// Seconds of freshness left; negative when it is stale.
  @inline(__always)
  func remainingSeconds(at now: Instant) -> Int64 {
    Int64(lifetimeSeconds) - Int64(ageSeconds(at: now))
  }

  /// The same, stale from `instant` on at the latest.
  func ended(at instant: Instant) -> Freshness {
    var ended = self
    ended.lifetimeSeconds = min(lifetimeSeconds, ageSeconds(at: instant))
    return ended
  }

  /// RFC 9111 section 4.2: fresh while the lifetime exceeds the age.
  @inline(__always)
  func isFresh(at now: Instant) -> Bool { remainingSeconds(at: now) > 0 }

  /// `corrected_initial_age` of RFC 9111 section 4.2.3, in seconds: from the Age and Date fields,
  /// nil without valid ones, the wall clock when the response came, and the time from sending the
  /// request to receiving the response's head.
  static func initialAge(
    ageValue: UInt64?, date: WallTime?, receivedWall: WallTime, delayNanoseconds: UInt64
  ) -> UInt64 {
    let apparent = date.map { max(0, receivedWall.seconds - $0.seconds) } ?? 0
    let corrected = min(ageValue ?? 0, CacheLimits.deltaSeconds) + delayNanoseconds / 1_000_000_000
    return min(max(UInt64(apparent), corrected), CacheLimits.deltaSeconds)
  }
}
