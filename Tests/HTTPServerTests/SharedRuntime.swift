// The loops that all tests of this target share: the global executor is routed once per process.

import Primitives
import Runtime
import Synchronization

/// Loops for tests, started once: the first is the server's, the second is for clients that block.
enum SharedRuntime {
  private static let group: EventLoopGroup = {
    do { return try EventLoopGroup(cpus: [nil, nil]) } catch {
      preconditionFailure("no loops: \(error)")
    }
  }()

  static var loop: EventLoop { group.loops[0] }
  static var clientLoop: EventLoop { group.loops[1] }

  /// Runs `body` on a loop and waits for it outside of it.
  static func on<Result: Sendable>(
    _ loop: EventLoop, _ body: @escaping @Sendable () -> Result
  ) async -> Result {
    await withCheckedContinuation { continuation in
      loop.systemLane.post { continuation.resume(returning: body()) }
    }
  }

  /// Waits on another thread until the server's loop has been round once: it has looked at epoll.
  static func passRound() {
    let round = Round()
    loop.systemLane.post { round.hasPassed.store(true, ordering: .releasing) }
    while !round.hasPassed.load(ordering: .acquiring) {}
  }

  private final class Round: Sendable {
    let hasPassed = Atomic(false)
  }
}
