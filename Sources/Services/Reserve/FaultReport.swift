// Telling the operator of failures, seldom enough.

import Primitives
import Runtime

/// Lines for the log about failures of endpoints: of each endpoint one in a while. From any thread.
final class FaultReport: Sendable {
  private let report: @Sendable (String) -> Void
  private let due = Guarded<[String: Instant]>([:])

  init(_ report: @escaping @Sendable (String) -> Void) { self.report = report }

  func note(_ endpoint: ReserveEndpoint, _ fault: StoreFault) {
    let now = SystemClock.monotonic
    let isDue = due.withLock { due in
      guard due[endpoint.text].map({ now >= $0 }) ?? true else { return false }
      due[endpoint.text] = now + ReserveLimits.reportInterval
      return true
    }
    if isDue { report("the reserve at \(endpoint.text): \(fault.text)") }
  }
}
