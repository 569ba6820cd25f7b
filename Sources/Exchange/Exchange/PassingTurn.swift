// How much of a body a task passes on before others have their turn.

package import Primitives
package import Runtime

/// Counts what a task passes on of a body. A source whose pieces are there already never makes its
/// reader wait, so the reader gives way by itself.
package struct PassingTurn {
  private var bytes = 0
  private var pieces = 0

  package init() {}

  /// Counts `piece`, and gives way to others if the turn's share is used.
  package mutating func passed(_ piece: Bytes, _ parker: Parker) async {
    bytes += piece.count
    pieces += 1
    guard
      bytes >= ExchangeLimits.passedBytesPerTurn || pieces >= ExchangeLimits.passedPiecesPerTurn
    else { return }
    self = PassingTurn()
    await parker.yield()
  }
}
