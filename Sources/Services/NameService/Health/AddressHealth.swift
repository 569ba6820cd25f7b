// Whether one address is well.

import Primitives

/// Health of one address from its checks, without I/O. The first check decides alone; from then on it takes
/// so many in a row that say otherwise. Who falls again soon after it has risen takes twice as many good ones
/// each time, so that an address which comes and goes stays out.
struct AddressHealth: Equatable {
  /// What is made of the checks.
  enum Verdict: Equatable { case unknown, well, ill }

  private(set) var verdict = Verdict.unknown
  /// When it became that; nil before the first check.
  private(set) var since: Instant?
  /// Checks in a row that say otherwise.
  private var contrary = 0
  /// Bad checks in a row of an address that was never well: with few of them one good one is enough.
  private var firstFailures = 0
  private var wasWell = false
  /// Whether it has risen after a fall.
  private var hasRisen = false
  /// Falls soon after a rise, in a row.
  private(set) var relapses = 0

  init() {}

  /// Notes what a check said; true if the verdict has changed.
  mutating func note(isGood: Bool, _ check: HealthCheck, now: Instant) -> Bool {
    if verdict == .unknown {
      become(isGood ? .well : .ill, now)
      wasWell = isGood
      firstFailures = isGood ? 0 : 1
      return true
    }
    guard isGood != (verdict == .well) else {
      contrary = 0
      if !isGood, !wasWell, firstFailures < check.failures { firstFailures += 1 }
      return false
    }
    contrary += 1
    guard contrary >= (isGood ? successesNeeded(check) : check.failures) else { return false }
    if isGood {
      hasRisen = wasWell
      wasWell = true
    } else {
      noteFall(check, now)
    }
    become(isGood ? .well : .ill, now)
    return true
  }

  /// Good checks in a row until it is well again.
  func successesNeeded(_ check: HealthCheck) -> Int {
    if !wasWell, firstFailures < check.failures { return 1 }
    return check.successes << relapses
  }

  private mutating func noteFall(_ check: HealthCheck, _ now: Instant) {
    guard hasRisen, let since else { return }
    let interval = UInt64(check.intervalMilliseconds) * 1_000_000
    let memory = max(
      NameServiceLimits.relapseNanoseconds, interval * NameServiceLimits.relapseIntervals)
    let isRelapse = now.nanoseconds(since: since) < memory
    relapses = isRelapse ? min(relapses + 1, NameServiceLimits.relapses) : 0
  }

  private mutating func become(_ verdict: Verdict, _ now: Instant) {
    self.verdict = verdict
    since = now
    contrary = 0
  }
}
