// Several servers that are told something at once.

import Primitives
import Runtime

/// Who of some servers has done what all were told.
///
/// `@unchecked Sendable`: confined to the loop of its lane.
final class PeerRound: @unchecked Sendable {
  // Confined to the loop of the lane.
  private var left: Set<String>
  private var open: Int
  private let parker: Parker
  private let loop: EventLoop

  init(_ servers: [String], on lane: Lane) {
    left = Set(servers)
    open = servers.count
    parker = Parker(on: lane)
    loop = lane.loop
  }

  func done(_ server: String) {
    left.remove(server)
    failed()
  }

  /// One of them has not done it, and will not.
  func failed() {
    open -= 1
    parker.wake()
  }

  /// Those that have not done it, once that is known of all, or at `deadline`.
  func missed(at deadline: Instant) async -> [String] {
    while open > 0, loop.now < deadline { _ = await parker.park(until: deadline) }
    return left.sorted()
  }
}
