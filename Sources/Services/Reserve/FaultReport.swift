// Telling the operator of failures, seldom enough.

import Primitives
import Runtime

/// Lines for the log about failures: of each endpoint and each zone one in a while. From any thread.
final class FaultReport: Sendable {
  private let report: @Sendable (String) -> Void
  private let due = Guarded<[String: Instant]>([:])

  init(_ report: @escaping @Sendable (String) -> Void) { self.report = report }

  func note(_ endpoint: ReserveEndpoint, _ fault: StoreFault) {
    note(endpoint.text) { "the reserve at \(endpoint.text): \(fault.text)" }
  }

  /// All that a zone has there is void.
  func noteVoid(_ zone: ZoneID) {
    note("\(zone)") {
      "the reserve: more than \(ReserveLimits.waitingRemovals) removals of zone \(zone) wait for the store; what it "
        + "holds of that zone is not used any more"
    }
  }

  private func note(_ subject: String, _ line: () -> String) {
    let now = SystemClock.monotonic
    let isDue = due.withLock { due in
      guard due[subject].map({ now >= $0 }) ?? true else { return false }
      due = due.filter { now < $0.value }
      due[subject] = now + ReserveLimits.reportInterval
      return true
    }
    if isDue { report(line()) }
  }
}
