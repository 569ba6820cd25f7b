// The loops that all tests of this target share.

import Runtime

/// One loop for servers, and threads that tests may block.
enum ControlRuntime {
  static let group: EventLoopGroup = {
    do { return try EventLoopGroup(cpus: [nil], storageThreads: 3) } catch {
      preconditionFailure("no loops: \(error)")
    }
  }()

  static var loop: EventLoop { group.loops[0] }
  /// Where the API works with its store.
  static var worker: EventLoop { group.storage[0] }

  /// Runs `body`, which may block, on a thread of its own.
  static func blocking<Result: Sendable>(
    _ body: @escaping @Sendable () -> Result
  ) async -> Result {
    await withCheckedContinuation { continuation in
      group.storage[1].systemLane.post { continuation.resume(returning: body()) }
    }
  }

  /// Runs `body` as a task of the servers' loop.
  static func onLoop<Result: Sendable>(
    _ body: @escaping @Sendable () async -> Result
  ) async -> Result {
    await withCheckedContinuation { continuation in
      Lane(loop: loop, name: "test").start { continuation.resume(returning: await body()) }
    }
  }
}
