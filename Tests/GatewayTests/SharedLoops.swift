// The loops that all tests of this target share: the global executor is routed once per process.

import Primitives
import Runtime
import Testing

/// Loops for tests, started once: two that serve, one for the store, one for names.
enum SharedLoops {
  static let group: EventLoopGroup = {
    do { return try EventLoopGroup(cpus: [nil, nil], storageThreads: 2, lookupThreads: 1) } catch {
      preconditionFailure("no loops: \(error)")
    }
  }()

  /// Runs `body` on a loop and waits for it outside of any loop.
  static func on<Result: Sendable>(
    _ loop: EventLoop, _ body: @escaping @Sendable () -> Result
  ) async -> Result {
    await withCheckedContinuation { continuation in
      loop.systemLane.post { continuation.resume(returning: body()) }
    }
  }

  /// Runs `body` as a task of a loop and waits for it outside of any loop.
  static func task<Result: Sendable>(
    _ body: @escaping @Sendable () async -> Result
  ) async -> Result {
    await withCheckedContinuation { continuation in
      group.loops[0].systemLane.start { continuation.resume(returning: await body()) }
    }
  }
}
