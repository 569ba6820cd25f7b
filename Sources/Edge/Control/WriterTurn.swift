// One change after the other.

import Runtime

/// Lets tasks of one lane through one at a time, in the order in which they came: a change is
/// written and published before the next is written.
final class WriterTurn {
  private let lane: Lane
  private var isTaken = false
  private var waiting: [Parker] = []

  init(lane: Lane) { self.lane = lane }

  /// Waits for this task's turn, which lasts until `leave`.
  func enter() async {
    guard isTaken else {
      isTaken = true
      return
    }
    let parker = Parker(on: lane)
    waiting.append(parker)
    // Whoever leaves hands the turn over, so that one wake-up is the turn.
    while waiting.contains(where: { $0 === parker }) { _ = await parker.park() }
  }

  /// Ends the turn.
  func leave() {
    precondition(isTaken)
    guard !waiting.isEmpty else {
      isTaken = false
      return
    }
    waiting.removeFirst().wake()
  }
}
