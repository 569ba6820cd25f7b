// How many hedges there may be.

/// A token bucket that requests fill: a hedge costs as much as twenty of them bring.
struct HedgeBudget: Sendable {
  /// In hundredths of a hedge.
  private var saved: Int
  private let most: Int

  /// A full budget of `burst` hedges.
  init(burst: Int) {
    most = burst * 100
    saved = most
  }

  /// A request was made.
  mutating func earn() { saved = min(saved + TierLimits.hedgePercent, most) }

  /// Whether one more may be made.
  var allowsHedge: Bool { saved >= 100 }

  mutating func spend() {
    precondition(allowsHedge)
    saved -= 100
  }
}
