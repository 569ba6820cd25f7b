// Which lane is served, for given costs.

@testable import Runtime
import Testing

@Suite("The order of lanes")
struct LaneSchedulerTests {
  /// Pieces that each of `lanes` is served while all of them always have work of 50 us.
  private static func pieces(_ lanes: [Lane], total: Int) -> [Int] {
    var scheduler = LaneScheduler(clock: .shared)
    for lane in lanes {
      lane.queue.push(LoopWork(on: lane), period: 0)
      scheduler.activate(lane)
    }
    var pieces = [ObjectIdentifier: Int]()
    for _ in 0..<total {
      guard let lane = unsafe scheduler.nextLane()?.takeUnretainedValue() else { break }
      lane.deficit -= Int64(CPUClock.shared.ticks(50_000))
      pieces[ObjectIdentifier(lane), default: 0] += 1
      scheduler.endTurn(lane)
    }
    return lanes.map { pieces[ObjectIdentifier($0)] ?? 0 }
  }

  @Test("busy lanes of equal weight are served equally often, others by their weight")
  func weights() async {
    let pieces = await SharedRuntime.run { lane in
      let weights: [UInt32] = [1, 1, 1, 3]
      return Self.pieces(
        weights.map { Lane(loop: lane.loop, name: "tenant", weight: $0) }, total: 6_000)
    }
    for (count, weight) in zip(pieces, [1, 1, 1, 3]) {
      #expect((count - 1_000 * weight).magnitude <= 12)
    }
  }

  @Test("arrivals keep their part of the core beside a thousand busy tenants")
  func arrivals() async {
    let pieces = await SharedRuntime.run { lane in
      let common = (0..<3).map {
        Lane(loop: lane.loop, name: "arrival-\($0)", weight: 1, role: .arrival)
      }
      let tenants = (0..<1_000).map { Lane(loop: lane.loop, name: "tenant \($0)") }
      return Self.pieces(common + tenants, total: 50_000)
    }
    let share = Double(pieces[..<3].reduce(0, +)) / 50_000
    #expect(share > 0.08 && share < 0.14)
    #expect((pieces[3...].max() ?? 0) - (pieces[3...].min() ?? 0) <= 4)
  }

  @Test("arrivals and the system's work get a tenth each beside fifteen busy tenants")
  func parts() async {
    let pieces = await SharedRuntime.run { lane in
      let arrivals = (0..<64).map {
        Lane(loop: lane.loop, name: "arrival-\($0)", weight: 1, role: .arrival)
      }
      let tenants = (0..<15).map { Lane(loop: lane.loop, name: "tenant \($0)") }
      let system = Lane(loop: lane.loop, name: "system", weight: 4, role: .system)
      return Self.pieces([system] + arrivals + tenants, total: 50_000)
    }
    let system = Double(pieces[0]) / 50_000
    let arrivals = Double(pieces[1...64].reduce(0, +)) / 50_000
    #expect(system > 0.09 && system < 0.12)
    #expect(arrivals > 0.09 && arrivals < 0.12)
  }

  @Test("however many lanes strangers make busy, together they leave a tenant half of the core")
  func strangers() async {
    let pieces = await SharedRuntime.run { lane in
      let common = (0..<64).map {
        Lane(loop: lane.loop, name: "arrival-\($0)", weight: 1, role: .arrival)
      }
      return Self.pieces(common + [Lane(loop: lane.loop, name: "tenant")], total: 20_000)
    }
    let share = Double(pieces[64]) / 20_000
    #expect(share > 0.45 && share < 0.55)
    #expect((pieces[..<64].max() ?? 0) - (pieces[..<64].min() ?? 0) <= 4)
  }

  @Test("a lane that has used up its credit goes on at once while nobody else waits")
  func alone() async {
    let hasCredit = await SharedRuntime.run { lane -> [Bool] in
      var scheduler = LaneScheduler(clock: .shared)
      let one = Lane(loop: lane.loop, name: "one")
      let other = Lane(loop: lane.loop, name: "other")
      let now = CPUClock.now
      one.readyTicks = now
      one.deficit = -1
      scheduler.renewCredit(of: one, now: now)
      let alone = one.deficit > 0
      one.deficit = -1
      other.queue.push(LoopWork(on: other), period: 0)
      scheduler.activate(other)
      scheduler.renewCredit(of: one, now: now)
      return [alone, one.deficit > 0]
    }
    #expect(hasCredit == [true, false])
  }
}
