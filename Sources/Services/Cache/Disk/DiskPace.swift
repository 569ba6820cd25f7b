// Waiting for a disk that is slower than what comes.

import Primitives

/// How a download's waits for room in the queue to the disk went: each is worth it as long as anything is
/// written, and all of them together are bounded where it is others' writes that fill the queue.
package struct DiskPace {
  private var finished: UInt64?
  private var deadline = Instant.never
  /// When it was looked at last in this wait.
  private var looked = Instant.never
  private var nanosecondsForOthers: UInt64 = 0

  init() {}

  /// How long waits last.
  package struct Bounds: Sendable {
    /// While nothing is written.
    package var idle = DiskLimits.paceDuration
    /// All of them together, while others' writes are waited for.
    package var forOthers = DiskLimits.paceForOthers

    package init() {}
  }

  /// What there is in the queue.
  struct Backlog {
    /// Changes that were ended so far: it rises while the disk keeps up at all.
    var finished: UInt64
    var bytes: Int
    /// Of them, the zone's that waits.
    var bytesOfZone: Int
    /// Changes, with records or not, and the zone's of them.
    var count = 0
    var countOfZone = 0
    /// There is no room for one more change of the zone, however small.
    var isFullOfChanges = false

    /// Whether it is others' writes that are waited for: the zone has less than half of what is used up.
    fileprivate var isOthers: Bool {
      isFullOfChanges ? countOfZone < count - countOfZone : bytesOfZone < bytes - bytesOfZone
    }
  }

  /// What became of a wait so far.
  enum Outcome { case goesOn, isUsedUp, isStuck }

  /// A new wait begins; what was waited for others is not forgotten.
  mutating func begin() {
    finished = nil
    looked = .never
  }

  /// Whether to go on waiting. While half of what there is no room for is the zone's, at least half of the
  /// wait is for itself.
  mutating func look(_ backlog: Backlog, _ bounds: Bounds, at now: Instant) -> Outcome {
    if backlog.finished != finished {
      finished = backlog.finished
      deadline = now + bounds.idle
    }
    if backlog.isOthers, looked != .never {
      nanosecondsForOthers += now.nanoseconds(since: looked)
    }
    looked = now
    if now >= deadline { return .isStuck }
    let isUsedUp = nanosecondsForOthers >= bounds.forOthers.wholeNanoseconds
    return isUsedUp && backlog.isOthers ? .isUsedUp : .goesOn
  }
}
