// Every bound of bodies in passing, with its unit, its reason, and what happens at it.

/// Bounds of bodies in passing.
package enum ExchangeLimits {
  /// The most that a block is made larger than what it is made for, in bytes (`ContentQueue`).
  static let contentBlockBytes = 64 << 10

  /// Bytes of a body that a task passes on in one turn; then others have theirs.
  package static let passedBytesPerTurn = 256 << 10

  /// Pieces of a body that a task passes on in one turn, each perhaps with a system call; then others
  /// have theirs.
  package static let passedPiecesPerTurn = 64
}
