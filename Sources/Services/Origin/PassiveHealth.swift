// Whether an origin is asked: judged by how it served.

import Primitives

/// Health of one origin from what exchanges met: failures in a row eject it for a time that grows;
/// then one exchange is let through to see (half open), and the rest when that went well.
struct PassiveHealth {
  private var failures = 0
  private var gatewayErrors = 0
  private var ejections = 0
  private var ejectedUntil: Instant?
  private var isProbing = false

  /// Until when the origin is ejected; nil if it is not.
  var ejection: Instant? { ejectedUntil }

  /// Whether an exchange may go to the origin.
  func admits(now: Instant) -> Bool {
    guard let ejectedUntil else { return true }
    return now >= ejectedUntil && !isProbing
  }

  /// An exchange goes to the origin: the probe, if it was ejected.
  mutating func begin(now: Instant) {
    if let ejectedUntil, now >= ejectedUntil { isProbing = true }
  }

  /// The origin has answered with `status`. Answers of a gateway that gets none itself (502, 503,
  /// 504) count as failures, more patiently: the origin is there, but serves nobody. `patience` of
  /// them in a row eject it; with 0 they are answers like others.
  mutating func answer(_ status: UInt16, patience: Int, now: Instant) {
    guard patience > 0, (502...504).contains(status) else { return succeed() }
    failures = 0
    gatewayErrors += 1
    eject(gatewayErrors >= patience, now: now)
  }

  private mutating func succeed() {
    failures = 0
    gatewayErrors = 0
    ejections = 0
    ejectedUntil = nil
    isProbing = false
  }

  /// The exchange ended without telling anything of the origin.
  mutating func cancel() { isProbing = false }

  /// The origin could not be reached or did not answer as it must.
  mutating func fail(now: Instant) {
    failures += 1
    eject(failures >= OriginLimits.failuresBeforeEjection, now: now)
  }

  /// Ejects the origin if that was the probe, or if `isDue`.
  private mutating func eject(_ isDue: Bool, now: Instant) {
    let wasProbe = isProbing
    isProbing = false
    if let ejectedUntil, now < ejectedUntil { return }
    guard wasProbe || isDue else { return }
    let factor = 1 << min(ejections, 10)
    ejections += 1
    ejectedUntil = now + min(OriginLimits.firstEjection * factor, OriginLimits.longestEjection)
  }
}
