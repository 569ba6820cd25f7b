// Several that are told, or given, something at once.

import Primitives
import Runtime

/// What of several things asked at once was done.
///
/// `@unchecked Sendable`: confined to the loop of its lane.
final class PeerRound<Name: Hashable & Comparable & Sendable>: @unchecked Sendable {
  // Confined to the loop of the lane.
  private var left: Set<Name>
  private var open: Int
  private let parker: Parker
  private let loop: EventLoop

  init(_ names: [Name], on lane: Lane) {
    left = Set(names)
    open = names.count
    parker = Parker(on: lane)
    loop = lane.loop
  }

  /// One of them was done, or will not be.
  func answered(_ name: Name, isDone: Bool) {
    if isDone { left.remove(name) }
    open -= 1
    parker.wake()
  }

  /// Those that were not done, once that is known of all, or at `deadline`.
  func missed(at deadline: Instant) async -> [Name] {
    while open > 0, loop.now < deadline { _ = await parker.park(until: deadline) }
    return left.sorted()
  }
}
