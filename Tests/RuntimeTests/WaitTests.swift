// Why lanes waited: counted by their loop, and added up.

import Primitives
@testable import Runtime
import Testing

// One test after the other, because they share a loop.
@Suite("Waits of lanes", .serialized)
struct WaitTests {
  /// A loop of its own: other suites' lanes would be waited for as well.
  private static let loop: EventLoop = {
    // The global executor is routed to the shared ones.
    _ = SharedRuntime.group
    do {
      let loop = try EventLoop(name: "waits", index: 0)
      try loop.start()
      return loop
    } catch { preconditionFailure("no loop: \(error)") }
  }()

  /// Uses `microseconds` of CPU; time in which others have the core does not count.
  private static func burn(_ microseconds: UInt64) {
    let end = loop.threadCPUNanoseconds + microseconds * 1_000
    while loop.threadCPUNanoseconds < end {}
  }

  /// Queues `jobs` in one round of the loop, each burning its microseconds on its lane, and returns once
  /// all lanes are idle.
  private static func run(_ jobs: [(Lane, UInt64)]) async {
    await SharedRuntime.run(on: loop) { lane in
      let left = Shared(jobs.count)
      for (lane, microseconds) in jobs {
        lane.post {
          burn(microseconds)
          left.value -= 1
        }
      }
      let parker = Parker(on: lane)
      while left.value > 0 { _ = await parker.park(until: loop.now + .milliseconds(1)) }
      _ = await parker.park(until: loop.now + .milliseconds(10))
    }
  }

  private static func reading(of lane: Lane) async -> WaitReading? {
    await SharedRuntime.run(on: loop) { _ in lane.waitReading() }
  }

  private static func microseconds(_ ticks: UInt64) -> UInt64 {
    CPUClock.shared.nanoseconds(ticks) / 1_000
  }

  @Test("a lane that waited behind one other names it")
  func one() async throws {
    let loud = Lane(loop: Self.loop, name: "loud.test")
    let quiet = Lane(loop: Self.loop, name: "quiet.test")
    await Self.run([(loud, 5_000), (quiet, 10)])
    let waits = try #require(await Self.reading(of: quiet))
    #expect(waits.sums.count == 1 && waits.sums.ticks == waits.sums.longestTicks)
    let most = try #require(waits.culprits.max { $0.ticks < $1.ticks })
    #expect(most.name == "loud.test" && Self.microseconds(most.ticks) >= 4_000)
    #expect(waits.sums.ownTicks == 0 && waits.sums.explainedTicks == waits.sums.ticks)
  }

  @Test("a wait is counted until the turn begins, not until the round does")
  func untilTheTurn() async {
    let loud = Lane(loop: Self.loop, name: "loud.test")
    let quiet = Lane(loop: Self.loop, name: "quiet.test")
    await Self.run([(loud, 5_000), (quiet, 10)])
    let ledger = await SharedRuntime.run(on: Self.loop) { _ in quiet.ledger }
    #expect(Self.microseconds(ledger.waitTicks) >= 4_500)
  }

  @Test("a lane alone waits behind its own work, and so says its reading")
  func own() async throws {
    let lane = Lane(loop: Self.loop, name: "alone.test")
    await Self.run(Array(repeating: (lane, 300), count: 20))
    let waits = try #require(await Self.reading(of: lane))
    #expect(Self.microseconds(waits.sums.ownTicks) >= 19 * 200)
    #expect(waits.culprits.allSatisfy { $0.ticks < waits.sums.ownTicks / 4 })
  }

  @Test("two lanes at overload each wait behind the other and behind their own work")
  func both() async throws {
    let lanes = ["a.test", "b.test"].map { Lane(loop: Self.loop, name: $0) }
    await Self.run((0..<40).map { (lanes[$0 % 2], 200) })
    for (lane, other) in zip(lanes, lanes.reversed()) {
      let waits = try #require(await Self.reading(of: lane))
      let behind = waits.culprits.first { $0.name == other.name }?.ticks ?? 0
      #expect(Self.microseconds(behind) >= 19 * 100)
      #expect(Self.microseconds(waits.sums.ownTicks) >= 19 * 100)
    }
  }

  @Test("a lane never waited longer than time has passed, and who is named is part of it")
  func bounded() async {
    let lanes = (0..<4).map { Lane(loop: Self.loop, name: "\($0).test") }
    let begin = CPUClock.now
    var generator = SplitMix64(seed: 3)
    for _ in 0..<20 {
      await Self.run(
        (0..<12).map { _ in
          (
            lanes[Int.random(in: 0..<4, using: &generator)],
            UInt64.random(in: 0...150, using: &generator)
          )
        })
    }
    for lane in lanes {
      let passed = CPUClock.now - begin
      guard let waits = await Self.reading(of: lane) else { continue }
      let sums = waits.sums
      #expect(sums.ticks <= passed && sums.longestTicks <= sums.ticks)
      let named = waits.culprits.reduce(sums.ownTicks + sums.systemTicks) { $0 + $1.ticks }
      #expect(named + sums.arrivalTicks <= sums.explainedTicks)
      #expect(sums.explainedTicks <= sums.ticks)
    }
  }

  @Test("four are kept, the smallest gives way")
  func four() async {
    await SharedRuntime.run { lane in
      let waiter = Lane(loop: lane.loop, name: "waiter.test")
      let others = (1...5).map { Lane(loop: lane.loop, name: "\($0).test") }
      var tally = WaitTally()
      for (index, ticks) in [50, 40, 30, 20, 25].enumerated() {
        tally.explain(waiter, behind: others[index], ticks: UInt64(ticks))
      }
      let names = tally.culprits.indices.map { tally.culprits[$0].name }
      #expect(names == ["1.test", "2.test", "3.test", "5.test"])
      #expect(tally.culprits[3].ticks == 45 && tally.culprits[3].certainTicks == 25)
      #expect(tally.sums.explainedTicks == 165)
    }
  }

  @Test("who had more than a quarter is named, and nobody with more than he had")
  func spaceSaving() async {
    await SharedRuntime.run { lane in
      var generator = SplitMix64(seed: 7)
      let waiter = Lane(loop: lane.loop, name: "waiter.test")
      let others = (0..<40).map { Lane(loop: lane.loop, name: "\($0).test") }
      for _ in 0..<100 {
        var tally = WaitTally()
        var had: [UInt64: UInt64] = [:]
        var total: UInt64 = 0
        for _ in 0..<Int.random(in: 1...500, using: &generator) {
          let bound = Bool.random(using: &generator) ? 3 : 40
          let other = others[Int.random(in: 0..<bound, using: &generator)]
          let ticks = UInt64.random(in: 1...100, using: &generator)
          tally.explain(waiter, behind: other, ticks: ticks)
          had[other.number, default: 0] += ticks
          total += ticks
        }
        let named = tally.culprits.indices.map { tally.culprits[$0] }
        for (number, ticks) in had where ticks * 4 > total {
          #expect(named.contains { $0.number == number })
        }
        for culprit in named where culprit.ticks > 0 {
          let ticks = had[culprit.number] ?? 0
          #expect(culprit.certainTicks <= ticks && ticks <= culprit.ticks)
        }
        #expect(named.reduce(0) { $0 + $1.ticks } == total)
      }
    }
  }

  @Test("what is behind arrivals and behind the system is told apart from tenants")
  func roles() async {
    await SharedRuntime.run { lane in
      let loop = lane.loop
      let waiter = Lane(loop: loop, name: "waiter.test")
      var tally = WaitTally()
      tally.explain(waiter, behind: nil, ticks: 1)
      tally.explain(waiter, behind: loop.systemLane, ticks: 2)
      tally.explain(
        waiter, behind: Lane(loop: loop, name: "arrival-0", weight: 1, role: .arrival), ticks: 4)
      tally.explain(waiter, behind: waiter, ticks: 8)
      let common = Lane(loop: loop, name: "cache", isCommon: true)
      tally.explain(waiter, behind: common, ticks: 16)
      let sums = tally.sums
      #expect(sums.systemTicks == 19 && sums.arrivalTicks == 4 && sums.ownTicks == 8)
      #expect(tally.culprits[0].ticks == 0 && sums.explainedTicks == 31)
    }
  }

  @Test("waits of more than a minute ago are forgotten")
  func forgotten() {
    let waits = LaneWaits()
    let window = RuntimeLimits.waitWindowNanoseconds
    let at = { (windows: UInt64) in Instant(nanoseconds: (windows + 10) * window + 5) }
    for number in 0..<6 as Range<UInt64> {
      waits.update(at: at(number)) { $0.sums.ticks += 1 << number }
    }
    #expect(waits.reading(at: at(5))?.sums.ticks == 0b111100)
    #expect(waits.reading(at: at(7))?.sums.ticks == 0b110000)
    #expect(waits.reading(at: at(9)) == nil)
  }
}
