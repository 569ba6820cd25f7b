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
    (plan.objects, plan.requests, plan.duration) = (500, 1_500, .seconds(10))
    let report = await Simulation.run(plan)
    #expect(report.violations.isEmpty, "\(report.violations)")
    #expect(report.originFetches == report.distinct && report.distinct > 250)
    #expect(report.lost + report.breaks == 0)
  }

  @Test("where servers crash, are slow or cut off no request is lost and no answer stale")
  func stormy() async {
    var plan = SimulationPlan.stormy(seed: 1)
    (plan.edges, plan.regions, plan.uppers, plan.requests) = (60, 6, 3, 2_000)
    let report = await Simulation.run(plan)
    #expect(report.violations.isEmpty, "\(report.violations)")
    // What crashed with its cache is fetched again, and little else.
    #expect(report.explained.count < report.distinct / 2)
    #expect(report.requests > 1_500)
  }

  @Test("the servers of a PoP and of a tier have like shares of the requests")
  func shares() async {
    var plan = SimulationPlan.calm(seed: 3)
    (plan.edges, plan.regions, plan.uppers, plan.requests) = (30, 2, 2, 6_000)
    plan.duration = .seconds(10)
    let report = await Simulation.run(plan)
    #expect(report.loadPercent <= 125)
    // Its own keys, which are no more than another's but for chance.
    #expect((100...125).contains(report.movedPercent))
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
    (plan.edges, plan.regions, plan.uppers, plan.requests) = (30, 4, 2, 1_000)
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
