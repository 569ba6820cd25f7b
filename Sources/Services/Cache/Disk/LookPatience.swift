// When loops leave the disk to the threads that may wait.

import Primitives
import Runtime
import Synchronization

/// Whether loops look at the index themselves now. It is mapped and can't be asked whether it is in memory.
/// From any loop.
struct LookPatience: ~Copyable, Sendable {
  private let reading: LoopReading
  /// Until when, in nanoseconds, loops leave all reading to the readers.
  private let until = Atomic<UInt64>(0)

  init(_ reading: LoopReading) { self.reading = reading }

  func isPrompt(at now: Instant) -> Bool {
    switch reading {
    case .never: false
    case .unlessItWaits: now.nanoseconds >= until.load(ordering: .relaxed)
    case .always: true
    }
  }

  /// A loop has looked. Only one for which the kernel read pages has waited for the disk: others that took
  /// long have lost their core. `majorFaults` is asked after a long one.
  func noteLook(
    from begin: Instant, to end: Instant, majorFaults: () -> Int = PageFaults.takeMajor
  ) {
    guard end.nanoseconds(since: begin) > DiskLimits.promptNanoseconds, majorFaults() > 0 else {
      return
    }
    until.store((end + DiskLimits.promptRest).nanoseconds, ordering: .relaxed)
  }
}
