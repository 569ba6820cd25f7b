// Waiting for a disk that is slower than what comes.

import Primitives

/// A wait for room in the queue to the disk: worth it as long as anything is written.
struct DiskPace {
  private var finished: UInt64?
  private var deadline = Instant.never

  init() {}

  /// Whether nothing was written for too long; `finished` counts what was.
  mutating func isStuck(at finished: UInt64, _ now: Instant) -> Bool {
    if finished != self.finished {
      self.finished = finished
      deadline = now + DiskLimits.paceDuration
    }
    return now >= deadline
  }
}
