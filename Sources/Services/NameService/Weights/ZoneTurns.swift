// Whose turn it is among records with weights.

/// Counts the answers of one zone on one loop that gave one record of several. Confined to its loop.
final class ZoneTurns {
  private var count: UInt32

  /// Begins anywhere, so that loops do not all begin with the same record.
  init() { count = UInt32.random(in: .min ... .max) }

  /// The next turn.
  func next() -> UInt32 {
    count &+= 1
    return count
  }
}
