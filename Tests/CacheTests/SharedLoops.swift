// The loops that all tests of this target share: the global executor is routed once per process.

import Primitives
import Runtime
import Synchronization

/// Loops for tests, started once.
enum SharedLoops {
  static let group: EventLoopGroup = {
    do { return try EventLoopGroup(cpus: [nil, nil], storageThreads: 2) } catch {
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

/// Tells tests on several loops that all of them have come so far.
final class Rendezvous: Sendable {
  private let missing: Atomic<Int>

  init(_ count: Int) { missing = Atomic(count) }

  func arrive() { missing.subtract(1, ordering: .acquiringAndReleasing) }
  var isComplete: Bool { missing.load(ordering: .acquiring) <= 0 }
}
