// The loops that all tests of this target share: the global executor is routed once per process.

import Primitives
import Runtime

/// Loops for tests, started once.
enum SharedRuntime {
  static let group: EventLoopGroup = {
    do { return try EventLoopGroup(cpus: [nil, nil]) } catch {
      preconditionFailure("no loops: \(error)")
    }
  }()

  static var loop: EventLoop { group.loops[0] }
  static var other: EventLoop { group.loops[1] }

  /// Runs `body` as a task on a new lane of `loop` and waits for it outside of any loop.
  static func run<Result: Sendable>(
    on loop: EventLoop = loop, lane: Lane? = nil,
    _ body: @escaping @Sendable (Lane) async -> Result
  ) async -> Result {
    let lane = lane ?? Lane(loop: loop, name: "test")
    return await withCheckedContinuation { continuation in
      lane.start {
        let result = await body(lane)
        continuation.resume(returning: result)
      }
    }
  }
}
