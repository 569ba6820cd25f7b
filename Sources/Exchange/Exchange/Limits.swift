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

  /// Pieces of chunked bodies of one connection, a client's or an origin's, that are decoded in one turn
  /// (each takes about 0.2 us); what came behind them waits for the next.
  package static let chunksPerTurn = 512

  /// Frames of one HTTP/2 connection that are taken at once (one of a few bytes takes about 0.5 us);
  /// what came behind them waits for the next turn.
  package static let framesPerTurn = 256

  /// What a frame of HTTP/2 takes beside its bytes, in bytes that take as much: where a connection is many tenants',
  /// they share its cost by that (one of a few bytes takes 0.5 to 3 us, a thousand bytes of a large one about 1 us).
  package static let frameWeightBytes = 1 << 10
}
