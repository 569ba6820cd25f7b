// What a fleet promises, in virtual time: `./dev simulate` for many seeds.

import Runtime
import Testing

@testable import TiersSimulation

@Suite(.serialized) struct SimulationTests {
  /// Begins with the loop of those who wait.
  init() { TestHome.start() }

  @Test("330 PoPs where nothing fails: each object comes from the origin once")
  func calm() async {
    var plan = SimulationPlan.calm(seed: 1)
    plan.objects = 1_000
    plan.requests = 4_000
    let report = await Simulation.run(plan)
    #expect(report.violations.isEmpty, "\(report.violations)")
    #expect(report.originFetches == report.distinct && report.distinct > 500)
    #expect(report.lost + report.breaks == 0)
  }

  @Test("330 PoPs where servers crash, are slow or cut off: no request is lost, no answer stale")
  func stormy() async {
    for seed in 1...2 as ClosedRange<UInt64> {
      let report = await Simulation.run(.stormy(seed: seed))
      #expect(report.violations.isEmpty, "\(report.violations)")
      #expect(report.originFetches == report.distinct + report.explained.count)
      #expect(report.requests > 3_000)
    }
  }

  @Test("the servers of a PoP and of a tier have like shares of the requests")
  func shares() async {
    var plan = SimulationPlan.calm(seed: 3)
    (plan.edges, plan.regions, plan.uppers) = (60, 2, 2)
    plan.requests = 12_000
    let report = await Simulation.run(plan)
    #expect(report.loadPercent <= 125)
    // Its own keys, which are no more than another's but for chance.
    #expect((100...125).contains(report.movedPercent))
  }

  @Test("where requests are hedged each object comes from the origin once all the same")
  func hedged() async {
    var plan = SimulationPlan.calm(seed: 4)
    (plan.edges, plan.regions, plan.uppers) = (24, 4, 3)
    let report = await Simulation.run(plan)
    #expect(report.violations.isEmpty, "\(report.violations)")
    #expect(report.originFetches == report.distinct && report.hedges > 20, "\(report.hedges)")
  }

  @Test("the upper tier's PoP that is nearest to the origin fetches, for all of them")
  func nearest() async {
    var plan = SimulationPlan.calm(seed: 5)
    (plan.edges, plan.regions, plan.uppers) = (40, 4, 4)
    let report = await Simulation.run(plan)
    #expect(report.violations.isEmpty, "\(report.violations)")
    #expect(report.originFetches == report.distinct)
    // But for what is fetched until all PoPs are measured, and that is told.
    #expect(report.nearestFetches * 100 > report.originFetches * 75, "\(report.nearestFetches)")
  }

  @Test("a seed replays")
  func replay() async {
    var plan = SimulationPlan.stormy(seed: 7)
    (plan.edges, plan.regions, plan.uppers) = (40, 4, 2)
    let one = await Simulation.run(plan)
    let other = await Simulation.run(plan)
    plan.seed = 8
    let third = await Simulation.run(plan)
    #expect(one.trace == other.trace && one.trace != third.trace)
  }
}

/// The loop of tests that wait for simulations, started once.
enum TestHome {
  private static let home: Void = {
    do { try Simulation.home.start() } catch { preconditionFailure("no loop: \(error)") }
  }()

  static func start() { home }
}
