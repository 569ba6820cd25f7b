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
