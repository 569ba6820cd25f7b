// How many signatures one piece of work may make.

import Primitives

/// Signatures that may still be made in the piece of work that runs: each takes about 30 us, and no
/// piece of work may hold its loop for long. Confined to its loop.
final class SigningBudget {
  private var left = 0
  private var round = Instant(nanoseconds: 0)

  /// A turn of a zone begins.
  func begin() { left = NameServiceLimits.signaturesPerTurn }

  /// Queries that are answered as they come have a budget together, which is a turn's for each round
  /// of the loop.
  func begin(round: Instant) {
    guard round != self.round else { return }
    self.round = round
    begin()
  }

  /// Whether one more may be made.
  func take() -> Bool {
    guard left > 0 else { return false }
    left -= 1
    return true
  }
}
