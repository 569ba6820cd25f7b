// Tests in virtual time.

import Primitives
import Runtime
import Testing

@testable import TiersSimulation

/// A loop of a test's own, whose time goes on as fast as there is nothing to do.
enum VirtualLoop {
  /// Runs `body` in a task of it.
  static func run<Result: Sendable>(
    _ body: @escaping @Sendable (EventLoop) async -> Result
  ) async throws -> Result {
    TestHome.start()
    let loop = try EventLoop(
      name: "virtual", index: 0, virtualTime: VirtualTime(start: WallTime(seconds: 1_000)))
    try loop.start()
    return await withCheckedContinuation { continuation in
      loop.systemLane.post {
        Lane(loop: loop, name: "test").start {
          let result = await body(loop)
          loop.stop()
          Simulation.home.systemLane.post { continuation.resume(returning: result) }
        }
      }
    }
  }
}
