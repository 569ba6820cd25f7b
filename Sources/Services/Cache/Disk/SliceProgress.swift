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
    /// Since when what comes next waits for a client that reads slowly; nil if it does not.
    var heldUpSince: Instant?
    /// How long it did so before.
    var heldUpNanoseconds: UInt64 = 0
    /// Somebody waited in vain for such a client, and nothing has come since.
    var isStalled = false
    var isWanted = false
    var waiting: [Parker] = []

    func heldUpNanoseconds(until now: Instant) -> UInt64 {
      heldUpNanoseconds + (heldUpSince.map { now.nanoseconds(since: $0) } ?? 0)
    }
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

  /// From now on what comes next waits for a client that reads slowly, or does so no more.
  func holdUp(_ isHeldUp: Bool, now: Instant) {
    state.withLock { state in
      state.heldUpNanoseconds = state.heldUpNanoseconds(until: now)
      state.heldUpSince = isHeldUp ? now : nil
    }
  }

  /// Nothing more comes.
  func end() { wake { $0.isOver = true } }

  /// Waits until the slice of `range` can be found; false if that is not to be expected. A client that
  /// reads slowly is waited for as long as `patience` in all, but the origin as long as the fetch does: it
  /// would not be faster for being asked once more. Parks with `parker`, and ends if that is cancelled.
  func wait(for range: Range<Int>, with parker: Parker, patience: Duration) async -> Bool {
    let loop = parker.lane.loop
    let began = state.withLock { $0.heldUpNanoseconds(until: loop.preciseNow) }
    let limit = began + patience.wholeNanoseconds
    while true {
      if let outcome = look(range, parker, loop.preciseNow, limit) { return outcome }
      if await parker.park(until: loop.preciseNow + patience) == .cancelled {
        state.withLock { $0.waiting.removeAll { $0 === parker } }
        return false
      }
    }
  }

  /// Whether the slice has come, or is not to be waited for; nil if `parker` will be woken.
  private func look(
    _ range: Range<Int>, _ parker: Parker, _ now: Instant, _ limit: UInt64
  ) -> Bool? {
    state.withLock { state in
      if state.count >= range.upperBound { return true }
      let isNear = range.lowerBound - state.count <= sliceBytes * CacheLimits.slicesAwaited
      if state.heldUpNanoseconds(until: now) >= limit { state.isStalled = true }
      guard isNear, !state.isOver, !state.isStalled else {
        state.waiting.removeAll { $0 === parker }
        return false
      }
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
