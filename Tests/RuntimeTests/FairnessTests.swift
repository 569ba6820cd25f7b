// How lanes share a core. Shares are counted in ticks of CPU, never in seconds of a wall clock.

import Primitives
import Runtime
import Testing

@Suite("Lanes share a core")
struct FairnessTests {
  /// Burns `microseconds` of CPU; time in which others have the core does not count.
  private static func burn(_ microseconds: UInt64) {
    let end = SharedRuntime.loop.threadCPUNanoseconds + microseconds * 1_000
    while SharedRuntime.loop.threadCPUNanoseconds < end {}
  }

  @Test("a lane with one short job is served between the jobs of a lane at overload")
  func sparseFirst() async {
    let flooded = Lane(loop: SharedRuntime.loop, name: "flooded")
    let quiet = Lane(loop: SharedRuntime.loop, name: "quiet")
    let done = Shared(0)
    let behind = await SharedRuntime.run(lane: quiet) { lane in
      let parker = Parker(on: lane)
      for _ in 0..<500 {
        flooded.post {
          Self.burn(150)
          done.value += 1
        }
      }
      await parker.yield()
      var worst = 0
      for _ in 0..<20 {
        let before = done.value
        await parker.yield()
        worst = max(worst, done.value - before)
      }
      return worst
    }
    // First come, first served would put it behind hundreds; other tests' lanes have turns, too.
    #expect(behind <= 20)
  }

  @Test("two lanes at overload get the CPU in the ratio of their weights")
  func weights() async {
    let heavy = Lane(loop: SharedRuntime.loop, name: "weight 3", weight: 3)
    let light = Lane(loop: SharedRuntime.loop, name: "weight 1", weight: 1)
    let ratio = await SharedRuntime.run { lane in
      let parker = Parker(on: lane)
      let isOver = Shared(false)
      for _ in 0..<2_000 {
        heavy.post { if !isOver.value { Self.burn(30) } }
        light.post { if !isOver.value { Self.burn(30) } }
      }
      while heavy.ledger.cpuNanoseconds < 30_000_000 { await parker.yield() }
      isOver.value = true
      return Double(heavy.ledger.ticks) / Double(max(light.ledger.ticks, 1))
    }
    #expect(ratio > 2 && ratio < 4.5)
  }

  @Test("however much the loop itself takes, the system's work has its turns beside busy tenants")
  func overhead() async throws {
    _ = SharedRuntime.loop  // The global executor is routed.
    let loop = try EventLoop(name: "burdened", index: 9)
    // Never stopped: the rest of this test may go on there.
    try loop.start()
    let served = await SharedRuntime.run(on: loop) { lane in
      let burden = Burden(on: lane)
      burden.setDeadline(loop.now)
      let tenants = (0..<3).map { Busy(on: Lane(loop: loop, name: "busy \($0)")) }
      for tenant in tenants { tenant.enqueue() }
      let served = Shared(0)
      let parker = Parker(on: lane)
      for posted in 1...50 {
        loop.systemLane.post { served.value += 1 }
        // Hundreds of rounds: a few are enough.
        let end = tenants[0].turns + 1_000
        while served.value < posted, tenants[0].turns < end { await parker.yield() }
      }
      for tenant in tenants { tenant.isOver = true }
      burden.isOver = true
      return served.value
    }
    #expect(served == 50)
  }

  /// Takes four milliseconds between the turns, in each tick of the timers.
  private final class Burden: LoopWork {
    var isOver = false

    override func deadlineReached() {
      let end = loop.threadCPUNanoseconds + 4_000_000
      while loop.threadCPUNanoseconds < end {}
      if !isOver { setDeadline(loop.now) }
    }
  }

  @Test("a job above the watchdog's bound is named")
  func watchdog() async {
    // On a busy machine others' jobs may be above the bound as well.
    let names = await SharedRuntime.run(lane: Lane(loop: SharedRuntime.loop, name: "slow tenant")) {
      lane in
      Self.burn(3_000)
      await Parker(on: lane).yield()
      return SharedRuntime.loop.longJobs.map(\.lane)
    }
    #expect(names.contains("slow tenant"))
  }
}
