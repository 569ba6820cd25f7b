// When a record on the disk was received and until when it is fresh.

import Primitives

/// The times of a stored response by the wall clock, which goes on while the machine is off.
struct RecordTimes: Equatable, Sendable {
  var received: WallTime
  /// When it is not fresh any more; not after a time beyond all that we would keep.
  var expires: WallTime

  init(received: WallTime, expires: WallTime) {
    self.received = received
    self.expires = expires
  }

  /// The times of a response that is in memory.
  init(_ freshness: Freshness, now: Instant, wall: WallTime) {
    let elapsed = now.nanoseconds(since: freshness.receivedAt) / 1_000_000_000
    received = WallTime(seconds: wall.seconds - Int64(clamping: elapsed))
    expires = WallTime(seconds: wall.seconds + freshness.remainingSeconds(at: now))
  }

  /// Freshness as it is now. A clock that was set back makes the response stale: nobody knows how
  /// old it is.
  func freshness(lifetimeSeconds: UInt64, now: Instant, wall: WallTime) -> Freshness {
    let lifetime = min(lifetimeSeconds, CacheLimits.deltaSeconds)
    var age = Int64(lifetime) - (expires.seconds - received.seconds)
    age = min(max(age, 0), Int64(CacheLimits.deltaSeconds))
    let elapsed = wall.seconds - received.seconds
    guard elapsed >= 0 else {
      return Freshness(
        receivedAt: now, initialAgeSeconds: max(lifetime, UInt64(age)), lifetimeSeconds: lifetime)
    }
    // The monotonic clock may have begun after it came.
    let sinceStart = min(elapsed, Int64(clamping: now.nanoseconds / 1_000_000_000))
    age = min(age &+ (elapsed - sinceStart), Int64(CacheLimits.deltaSeconds))
    return Freshness(
      receivedAt: Instant(nanoseconds: now.nanoseconds - UInt64(sinceStart) * 1_000_000_000),
      initialAgeSeconds: UInt64(age), lifetimeSeconds: lifetime)
  }
}
