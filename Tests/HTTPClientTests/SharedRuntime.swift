// The loops that all tests of this target share: the global executor is routed once per process.

import Primitives
import Runtime

/// Loops for tests, started once: the first is the client's, the second the origins'.
enum SharedRuntime {
  static let group: EventLoopGroup = {
    do { return try EventLoopGroup(cpus: [nil, nil], lookupThreads: 2) } catch {
      preconditionFailure("no loops: \(error)")
    }
  }()

  static var loop: EventLoop { group.loops[0] }
  static var originLoop: EventLoop { group.loops[1] }

  /// Runs `body` as a task on a new lane of the client's loop and waits for it outside of any loop.
  static func run<Result: Sendable>(
    _ body: @escaping @Sendable (Lane) async -> Result
  ) async -> Result {
    let lane = Lane(loop: loop, name: "test")
    return await withCheckedContinuation { continuation in
      lane.start { continuation.resume(returning: await body(lane)) }
    }
  }

  /// Runs `body` on the origins' loop.
  static func onOriginLoop<Result: Sendable>(
    _ body: @escaping @Sendable () -> Result
  ) async -> Result {
    await withCheckedContinuation { continuation in
      originLoop.systemLane.post { continuation.resume(returning: body()) }
    }
  }
}
