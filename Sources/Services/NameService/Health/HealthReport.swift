// What is known of an address that is checked.

import Primitives

/// How one address is, for the operator.
package struct HealthReport: Sendable {
  /// Whether it is answered.
  package enum State: Sendable {
    case well
    /// Left out while others of its set are well.
    case ill
    /// It was not checked yet, and is answered.
    case unknown
    /// It is not checked, and is answered: the operator's rules forbid it, or too many are.
    case unchecked
  }

  package let state: State
  /// What the last check found.
  package var finding: String?
  /// Since when it is as it is.
  package var seconds: UInt64?
  /// Good checks in a row until it is answered again; nil if it is.
  package var successesNeeded: Int?

  init(unchecked reason: String) {
    state = .unchecked
    finding = reason
  }

  init(_ probe: HealthProbe, now: Instant) {
    switch probe.health.verdict {
    case .unknown: state = .unknown
    case .well: state = .well
    case .ill:
      state = .ill
      successesNeeded = probe.health.successesNeeded(probe.target.check)
    }
    finding = probe.finding
    seconds = probe.health.since.map { now.nanoseconds(since: $0) / 1_000_000_000 }
  }
}
