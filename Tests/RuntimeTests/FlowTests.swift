// The order of work within one lane, for given costs.

@testable import Runtime
import Testing

/// A connection whose work takes virtual time.
private final class VirtualFlow: LoopWork {
  let microseconds: UInt64
  /// Has more work as soon as a piece is done.
  let isEndless: Bool

  init(on lane: Lane, microseconds: UInt64, isEndless: Bool) {
    self.microseconds = microseconds
    self.isEndless = isEndless
    super.init(on: lane)
  }
}

/// A lane's queue that is served in virtual time.
private struct VirtualLane: ~Copyable {
  var queue = LaneQueue()
  private(set) var microseconds: UInt64 = 10_000_000
  private(set) var served: [VirtualFlow] = []

  private var period: UInt16 { FlowUse.period(atNanoseconds: microseconds * 1_000) }

  mutating func push(_ flow: VirtualFlow) { queue.push(flow, period: period) }

  /// Serves pieces until `duration` has passed.
  mutating func run(microseconds duration: UInt64) {
    let end = microseconds + duration
    while microseconds < end, serveOne() {}
  }

  /// Lets time pass in which nothing is ready.
  mutating func pass(microseconds duration: UInt64) { microseconds += duration }

  /// Serves one piece; false if there is none.
  mutating func serveOne() -> Bool {
    let lightTicks = LoopTicks(.shared).lightWork
    guard case .work(let reference)? = queue.pop(lightTicksAtMost: lightTicks),
      let flow = unsafe reference.takeRetainedValue() as? VirtualFlow
    else { return false }
    microseconds += flow.microseconds
    let ticks = CPUClock.shared.ticks(flow.microseconds * 1_000)
    queue.charge(flow, ticks: ticks, period: period)
    served.append(flow)
    if flow.isEndless { push(flow) }
    return true
  }

  /// Pushes `flow` and serves until it has been served; how many pieces went before it.
  mutating func piecesBefore(_ flow: VirtualFlow) -> Int {
    push(flow)
    let start = served.count
    while serveOne() {
      if served.last === flow { return served.count - start - 1 }
    }
    return .max
  }
}

@Suite("Flows share a lane")
struct FlowTests {
  @Test(
    "a small request waits for none of 200 downloads of its own tenant",
    arguments: [30, 100, 500] as [UInt64])
  func smallRequest(piece: UInt64) async {
    let worst = await SharedRuntime.run { real in
      var lane = VirtualLane()
      for _ in 0..<200 {
        lane.push(VirtualFlow(on: real, microseconds: piece, isEndless: true))
      }
      lane.run(microseconds: 500_000)
      let quiet = VirtualFlow(on: real, microseconds: 10, isEndless: false)
      var worst = 0
      for _ in 0..<100 {
        lane.run(microseconds: 20_000)
        worst = max(worst, lane.piecesBefore(quiet))
      }
      return worst
    }
    #expect(worst <= 1)
  }

  @Test("a small request goes before downloads that become ready all at once")
  func bursts() async {
    let worst = await SharedRuntime.run { real in
      var lane = VirtualLane()
      let downloads = (0..<200).map { _ in
        VirtualFlow(on: real, microseconds: 60, isEndless: false)
      }
      let quiet = VirtualFlow(on: real, microseconds: 10, isEndless: false)
      var worst = 0
      for round in 0..<100 {
        for flow in downloads { lane.push(flow) }
        let before = lane.piecesBefore(quiet)
        if round >= 10 { worst = max(worst, before) }
        lane.run(microseconds: 60 * 200)
      }
      return worst
    }
    #expect(worst <= 1)
  }

  @Test("a busy connection with small requests passes downloads that come in bursts now and then")
  func shortPieces() async {
    let worst = await SharedRuntime.run { real in
      var lane = VirtualLane()
      let downloads = (0..<200).map { _ in
        VirtualFlow(on: real, microseconds: 100, isEndless: false)
      }
      let busy = VirtualFlow(on: real, microseconds: 12, isEndless: false)
      var worst = 0
      for round in 0..<100 {
        for flow in downloads { lane.push(flow) }
        for _ in 0..<10 {
          lane.run(microseconds: 2_500)
          let before = lane.piecesBefore(busy)
          if round >= 10 { worst = max(worst, before) }
        }
        lane.pass(microseconds: 25_000)
      }
      return worst
    }
    #expect(worst <= 1)
  }

  @Test("flows that are alike are served in turn")
  func alike() async {
    let turns = await SharedRuntime.run { real in
      var lane = VirtualLane()
      let flows = (0..<10).map { _ in VirtualFlow(on: real, microseconds: 50, isEndless: true) }
      for flow in flows { lane.push(flow) }
      lane.run(microseconds: 2_000_000)
      return flows.map { flow in lane.served.count { $0 === flow } }
    }
    #expect((turns.max() ?? 0) - (turns.min() ?? 0) <= 2)
  }

  @Test("downloads get their turns beside endless small requests")
  func bulkIsNotStarved() async {
    let share = await SharedRuntime.run { real in
      var lane = VirtualLane()
      let download = VirtualFlow(on: real, microseconds: 100, isEndless: true)
      lane.push(download)
      lane.run(microseconds: 500_000)
      let start = lane.served.count
      for _ in 0..<20_000 {
        lane.push(VirtualFlow(on: real, microseconds: 10, isEndless: false))
        _ = lane.serveOne()
      }
      let turns = lane.served[start...].count { $0 === download }
      return Double(turns * 100) / Double(turns * 100 + (20_000 - turns) * 10)
    }
    #expect(share > 0.2)
  }

  @Test("what a flow used is forgotten within seconds")
  func forgetting() async {
    let before = await SharedRuntime.run { real in
      var lane = VirtualLane()
      let was = VirtualFlow(on: real, microseconds: 1_000, isEndless: false)
      for _ in 0..<100 { _ = lane.piecesBefore(was) }
      for _ in 0..<50 { lane.push(VirtualFlow(on: real, microseconds: 100, isEndless: true)) }
      lane.run(microseconds: 200_000)
      let now = VirtualFlow(on: real, microseconds: 10, isEndless: false)
      now.join(was)
      let atOnce = lane.piecesBefore(now)
      lane.run(microseconds: 4_000_000)
      return (atOnce, lane.piecesBefore(now))
    }
    #expect(before.0 > 10)
    #expect(before.1 <= 1)
  }
}
