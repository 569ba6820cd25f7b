// Whether a request's body comes fast enough.

import Primitives

/// The pace at which a client sends a body: it may pause for a while, and after some time must have
/// kept a least average, so that no body holds its place for days.
struct BodyPace {
  private let begunAt: Instant
  private var progressAt: Instant
  private(set) var receivedBytes: UInt64 = 0

  init(begunAt: Instant) {
    self.begunAt = begunAt
    progressAt = begunAt
  }

  mutating func received(_ count: Int, at now: Instant) {
    receivedBytes += UInt64(count)
    progressAt = now
  }

  /// When the client has paused for too long, or has sent too little, if nothing comes meanwhile.
  var deadline: Instant {
    let paidSeconds = min(receivedBytes / HTTPServerLimits.bodyBytesPerSecond, 1 << 32)
    return min(
      progressAt.advanced(byNanoseconds: HTTPServerLimits.bodyIdleNanoseconds),
      begunAt.advanced(
        byNanoseconds: HTTPServerLimits.bodyGraceNanoseconds + (paidSeconds + 1) * 1_000_000_000))
  }

  /// Whether the client has paused for too long, or sends too slowly on average. It owes nothing for
  /// the time before `askedAt`, when its reader had no room.
  func isTooSlow(at now: Instant, since askedAt: Instant) -> Bool {
    let paused = now.nanoseconds(since: max(progressAt, askedAt))
    guard paused < HTTPServerLimits.bodyIdleNanoseconds else { return true }
    let elapsed = now.nanoseconds(since: begunAt)
    guard elapsed > HTTPServerLimits.bodyGraceNanoseconds else { return false }
    let owed =
      (elapsed - HTTPServerLimits.bodyGraceNanoseconds) / 1_000_000_000
      * HTTPServerLimits.bodyBytesPerSecond
    return receivedBytes < owed
  }
}
