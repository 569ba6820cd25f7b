// How far a large body has come.

import Primitives
import Runtime

/// A large body on its way into slices, for those who want one of them that is about to come: they wait
/// instead of asking the origin for it as well. From any thread.
final class SliceProgress: Sendable {
  private let sliceBytes: Int
  private let state = Guarded(State())

  /// What has come, and who waits.
  private struct State {
    var count = 0
    var isOver = false
    /// What comes next waits for a client that reads slowly.
    var isHeldUp = false
    /// Somebody waited in vain for such a client, and nothing has come since.
    var isStalled = false
    var isWanted = false
    var waiting: [Parker] = []
  }

  init(sliceBytes: Int) { self.sliceBytes = sliceBytes }

  /// Whether anybody ever waited.
  var isWanted: Bool { state.withLock { $0.isWanted } }

  /// All slices of the first `count` bytes can be found.
  func advance(to count: Int) {
    wake { state in
      state.count = count
      state.isStalled = false
    }
  }

  /// What comes next waits for a client that reads slowly, or does so no more.
  func holdUp(_ isHeldUp: Bool) { state.withLock { $0.isHeldUp = isHeldUp } }

  /// Nothing more comes.
  func end() { wake { $0.isOver = true } }

  /// Waits until the slice of `range` can be found; false if that is not to be expected. A client that
  /// reads slowly is waited for as long as `patience`, but the origin as long as the fetch waits for it: it
  /// would not be faster for being asked once more. In a task on `lane`.
  func wait(for range: Range<Int>, on lane: Lane, patience: Duration) async -> Bool {
    let parker = Parker(on: lane)
    while true {
      if let outcome = look(range, parker) { return outcome }
      if await parker.park(until: lane.loop.preciseNow + patience) == .timedOut {
        state.withLock { state in
          state.isStalled = state.isHeldUp
          state.waiting.removeAll { $0 === parker }
        }
      }
    }
  }

  /// Whether the slice has come, or is not to be waited for; nil if `parker` will be woken.
  private func look(_ range: Range<Int>, _ parker: Parker) -> Bool? {
    state.withLock { state in
      if state.count >= range.upperBound { return true }
      let isNear = range.lowerBound - state.count <= sliceBytes * CacheLimits.slicesAwaited
      guard isNear, !state.isOver, !state.isStalled else { return false }
      state.isWanted = true
      if !state.waiting.contains(where: { $0 === parker }) { state.waiting.append(parker) }
      return nil
    }
  }

  private func wake(_ change: (inout State) -> Void) {
    let waiting = state.withLock { state in
      change(&state)
      defer { state.waiting = [] }
      return state.waiting
    }
    for parker in waiting { parker.lane.post { parker.wake() } }
  }
}
