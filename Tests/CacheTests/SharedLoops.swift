// The loops that all tests of this target share: the global executor is routed once per process.

import Primitives
import Runtime
import Synchronization
import Testing

/// Loops for tests, started once.
enum SharedLoops {
  static let group: EventLoopGroup = {
    do { return try EventLoopGroup(cpus: [nil, nil], storageThreads: 3) } catch {
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
  /// Lets other work of the loops go on until `condition` holds; a test that waits in vain fails.
  func wait(
    line: Int = #line, file: String = #fileID, until condition: () -> Bool
  ) async {
    let parker = Parker(on: self)
    for round in 0..<60_000 {
      if condition() { return }
      // Polls in place first, then leaves the core to others between looks: a minute, which does not
      // count while the loop is busy with something else.
      if round < 100 {
        await parker.yield()
      } else {
        _ = await parker.park(until: SystemClock.monotonic + .milliseconds(1))
      }
    }
    Issue.record("waited in vain at \(file):\(line)")
  }
}

/// Tells tests on several loops that all of them have come so far.
final class Rendezvous: Sendable {
  private let missing: Atomic<Int>

  init(_ count: Int) { missing = Atomic(count) }

  func arrive() { missing.subtract(1, ordering: .acquiringAndReleasing) }
  var isComplete: Bool { missing.load(ordering: .acquiring) <= 0 }
}
