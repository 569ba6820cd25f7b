// Waiting for a disk that is slower than what comes.

import Primitives

/// How a download's waits for room in the queue to the disk went: each is worth it as long as anything is
/// written, and all of them together are bounded where it is others' writes that fill the queue.
struct DiskPace {
  private var finished: UInt64?
  private var deadline = Instant.never
  /// When it was looked at last in this wait.
  private var looked = Instant.never
  private var nanosecondsForOthers: UInt64 = 0

  init() {}

  /// What there is in the queue.
  struct Backlog {
    /// Changes that were ended so far: it rises while the disk keeps up at all.
    var finished: UInt64
    var bytes: Int
    /// Of them, the zone's that waits.
    var bytesOfZone: Int
  }

  /// What became of a wait so far.
  enum Outcome { case goesOn, isUsedUp, isStuck }

  /// A new wait begins; what was waited for others is not forgotten.
  mutating func begin() {
    finished = nil
    looked = .never
  }

  /// Whether to go on waiting. While half of the backlog is the zone's, at least half of the wait is for
  /// itself.
  mutating func look(_ backlog: Backlog, at now: Instant) -> Outcome {
    if backlog.finished != finished {
      finished = backlog.finished
      deadline = now + DiskLimits.paceDuration
    }
    if backlog.bytesOfZone < backlog.bytes - backlog.bytesOfZone, looked != .never {
      nanosecondsForOthers += now.nanoseconds(since: looked)
    }
    looked = now
    if now >= deadline { return .isStuck }
    let isUsedUp = nanosecondsForOthers >= DiskLimits.paceForOthers.wholeNanoseconds
    return isUsedUp && backlog.bytesOfZone * 2 < backlog.bytes ? .isUsedUp : .goesOn
  }
}
