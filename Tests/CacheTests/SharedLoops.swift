// The loops that all tests of this target share: the global executor is routed once per process.

import Primitives
import Runtime

/// Loops for tests, started once.
enum SharedLoops {
  static let group: EventLoopGroup = {
    do { return try EventLoopGroup(cpus: [nil, nil], storageThreads: 1) } catch {
      preconditionFailure("no loops: \(error)")
    }
  }()

  static var loops: [EventLoop] { group.loops }

  /// Runs `body` as a task on a new lane of a loop and waits for it outside of any loop.
  static func run<Result: Sendable>(
    on index: Int = 0, _ body: @escaping @Sendable (Lane) async -> Result
  ) async -> Result {
    let lane = Lane(loop: loops[index], name: "test")
    return await withCheckedContinuation { continuation in
      lane.start {
        let result = await body(lane)
        continuation.resume(returning: result)
      }
    }
  }
}

extension Lane {
  /// Lets other work of the loops go on until `condition` holds.
  func wait(until condition: () -> Bool) async {
    let parker = Parker(on: self)
    while !condition() { await parker.yield() }
  }
}
