// One change after the other.

package import Runtime

/// Lets tasks of one lane through one at a time, in the order in which they came: a change is
/// written and published before the next is written.
package final class WriterTurn {
  private let lane: Lane
  private var isTaken = false
  private var waiting: [Parker] = []

  /// A turn of tasks of the loop of `lane`.
  package init(lane: Lane) { self.lane = lane }

  /// Waits for this task's turn, which lasts until `leave`. The task runs on `other`, if that is given, which
  /// is of the same loop.
  package func enter(on other: Lane? = nil) async {
    guard isTaken else {
      isTaken = true
      return
    }
    let parker = Parker(on: other ?? lane)
    waiting.append(parker)
    // Whoever leaves hands the turn over, so that one wake-up is the turn.
    while waiting.contains(where: { $0 === parker }) { _ = await parker.park() }
  }

  /// Ends the turn.
  package func leave() {
    precondition(isTaken)
    guard !waiting.isEmpty else {
      isTaken = false
      return
    }
    waiting.removeFirst().wake()
  }
}
