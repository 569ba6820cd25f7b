// Which faults are worth a line in the log.

import Primitives
import Runtime

/// Gives one line per kind of fault and while, with the number of those that were held back. From any
/// thread.
final class ReportLimiter: Sendable {
  private let report: @Sendable (String) -> Void
  private let kinds = Guarded<[DiskFault.Kind: State]>([:])

  /// What was reported of a kind.
  private struct State {
    var quietUntil = Instant(nanoseconds: 0)
    var heldBack = 0
  }

  init(_ report: @escaping @Sendable (String) -> Void) { self.report = report }

  func note(_ fault: DiskFault) {
    if let line = line(for: fault, now: SystemClock.monotonic) { report(line) }
  }

  /// The line for a fault; nil if there was one of its kind a moment ago.
  func line(for fault: DiskFault, now: Instant) -> String? {
    let others = kinds.withLock { kinds -> Int? in
      var state = kinds[fault.kind] ?? State()
      guard now >= state.quietUntil else {
        kinds[fault.kind]?.heldBack += 1
        return nil
      }
      let others = state.heldBack
      state = State(quietUntil: now + DiskLimits.reportInterval)
      kinds[fault.kind] = state
      return others
    }
    guard let others else { return nil }
    return "cache on disk: \(fault)" + (others > 0 ? " (and \(others) more of the kind)" : "")
  }
}
