// Whether an origin says that it is well.

/// Health of one origin from answers to health checks: it is well until so many in a row are bad, and
/// then again when so many in a row are good.
struct ActiveHealth {
  private(set) var isWell = true
  /// Answers in a row that say otherwise.
  private var contrary = 0

  init() {}

  mutating func note(isGood: Bool, _ check: OriginHealthCheck) {
    guard isGood != isWell else {
      contrary = 0
      return
    }
    contrary += 1
    guard contrary >= (isWell ? check.failures : check.successes) else { return }
    isWell = isGood
    contrary = 0
  }
}
