// What a task on a loop can rely on.

import Primitives
import Runtime
import Testing

@Suite("Tasks on loops")
struct TaskTests {
  @Test("a task runs on its lane's loop, and a resumed continuation stays there")
  func staysOnItsLoop() async {
    let stayed = await SharedRuntime.run { lane in
      let parker = Parker(on: lane)
      var stayed = EventLoop.current === SharedRuntime.loop
      for _ in 0..<1_000 {
        await parker.yield()
        stayed = stayed && EventLoop.current === SharedRuntime.loop
      }
      return stayed
    }
    #expect(stayed)
  }

  @Test("a wake that comes before the park is not lost")
  func wakeBeforePark() async {
    let outcome = await SharedRuntime.run { lane in
      let parker = Parker(on: lane)
      parker.wake()
      return await parker.park()
    }
    #expect(outcome == .woken)
  }

  @Test("a park ends at its deadline")
  func deadline() async {
    let outcome = await SharedRuntime.run { lane in
      let start = SystemClock.monotonic
      let outcome = await Parker(on: lane).park(until: start + .milliseconds(20))
      return (outcome, SystemClock.monotonic.nanoseconds(since: start))
    }
    #expect(outcome.0 == .timedOut)
    #expect(outcome.1 >= 20_000_000)
  }

  @Test("a deadline that passes before the task is parked is not lost")
  func deadlineBeforePark() async {
    let timedOut = await SharedRuntime.run { lane in
      let busy = (0..<8).map { Busy(on: Lane(loop: lane.loop, name: "busy \($0)")) }
      for work in busy { work.enqueue() }
      let timedOut = await Self.parks(20, on: lane)
      for work in busy { work.isOver = true }
      return timedOut
    }
    #expect(timedOut == 20)
  }

  /// How many of `count` parks timed out. In no lane's actor: other lanes have their turns between the
  /// setting of the deadline and the suspension.
  @concurrent private static func parks(_ count: Int, on lane: Lane) async -> Int {
    let parker = Parker(on: lane)
    var timedOut = 0
    for _ in 0..<count {
      let rescue = Rescue(on: lane, parker)
      rescue.setDeadline(lane.loop.now + .seconds(5))
      // The lane has no credit left.
      let end = lane.loop.threadCPUNanoseconds + 1_000_000
      while lane.loop.threadCPUNanoseconds < end {}
      if await parker.park(until: lane.loop.now) == .timedOut { timedOut += 1 }
      rescue.setDeadline(.never)
    }
    return timedOut
  }

  /// Ends a wait that nothing else ends.
  private final class Rescue: LoopWork {
    private let parker: Parker

    init(on lane: Lane, _ parker: Parker) {
      self.parker = parker
      super.init(on: lane)
    }

    override func deadlineReached() { parker.wake() }
  }

  @Test("a cancelled park returns, and so does every later one")
  func cancellation() async {
    let outcomes = await SharedRuntime.run { lane in
      let parker = Parker(on: lane)
      lane.post { parker.cancel() }
      return (await parker.park(), await parker.park())
    }
    #expect(outcomes.0 == .cancelled)
    #expect(outcomes.1 == .cancelled)
  }

  @Test("perform runs on the other loop and comes back to the caller's")
  func perform() async {
    let result = await SharedRuntime.run { _ in
      let there = await SharedRuntime.other.perform { EventLoop.current === SharedRuntime.other }
      return (there, EventLoop.current === SharedRuntime.loop)
    }
    #expect(result.0)
    #expect(result.1)
  }

  @Test("what another loop writes as its result is not looked at before its message has come")
  func resultsAreWhole() async {
    let isWhole = await SharedRuntime.run { lane in
      // The other loop is awake, so that it begins at once.
      let keepsAwake = Lane(loop: SharedRuntime.other, name: "awake")
      let stop = Parker(on: keepsAwake)
      keepsAwake.start { while !stop.isCancelled { await Parker(on: keepsAwake).yield() } }
      var isWhole = true
      for round in 0..<5_000 {
        let isEarlierHeard = Shared(false)
        let result = await SharedRuntime.other.perform {
          lane.post { isEarlierHeard.value = true }
          return LargeResult(round)
        }
        isWhole = isWhole && isEarlierHeard.value && result.isWhole(round)
      }
      keepsAwake.post { stop.cancel() }
      return isWhole
    }
    #expect(isWhole)
  }

  @Test("an actor on a lane is called without leaving the loop")
  func actorsOnLanes() async {
    let lane = Lane(loop: SharedRuntime.loop, name: "actor")
    let counter = Counter(lane: lane)
    let result = await SharedRuntime.run { _ in
      for _ in 0..<100 { await counter.increment() }
      return (await counter.count, EventLoop.current === SharedRuntime.loop)
    }
    #expect(result.0 == 100)
    #expect(result.1)
  }

  @Test("tasks make no thread beside loops and storage")
  func threads() async {
    // In a process of its own: other suites have threads that come and go.
    await #expect(processExitsWith: .success) {
      _ = SharedRuntime.group
      let before = ProcessSettings.threadCount
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<200 {
          group.addTask {
            _ = await SharedRuntime.run { lane in
              let parker = Parker(on: lane)
              for _ in 0..<20 { await parker.yield() }
            }
          }
        }
      }
      precondition(ProcessSettings.threadCount <= before)
    }
  }
}

/// A result of many words, some of which are counted references.
private struct LargeResult: Sendable {
  let before: Int
  let lists: [[Int]]
  let text: String
  let more: [String]
  let after: Int

  init(_ round: Int) {
    before = round
    lists = [[round], [round, round]]
    text = "round \(round), in a text that is too long for a small one"
    more = [text, text]
    after = round
  }

  func isWhole(_ round: Int) -> Bool {
    before == round && after == round && lists[1].count == 2 && more[1] == text
  }
}

/// An actor whose executor is a lane.
private actor Counter {
  private(set) var count = 0
  private nonisolated let lane: Lane

  init(lane: Lane) { self.lane = lane }

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe lane.asUnownedSerialExecutor()
  }

  func increment() { count += 1 }
}
