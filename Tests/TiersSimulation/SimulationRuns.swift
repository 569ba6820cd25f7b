// Many simulations, some at once.

import Primitives
import Runtime

/// Plays plans and adds up what comes of them.
final class SimulationRuns: Sendable {
  private let state: Guarded<State>
  private let isVerbose: Bool

  private struct State {
    var plans: [SimulationPlan]
    var sum = SimulationSum()
    var running = 0
  }

  init(_ plans: [SimulationPlan], isVerbose: Bool) {
    state = Guarded(State(plans: plans.reversed()))
    self.isVerbose = isVerbose
  }

  var sum: SimulationSum { state.withLock { $0.sum } }

  /// Plays all of them, `jobs` at once.
  func play(jobs: Int) async {
    let lane = Simulation.home.systemLane
    let parker = Parker(on: lane)
    state.withLock { $0.running = jobs }
    for _ in 0..<jobs {
      lane.start {
        await self.work()
        self.state.withLock { $0.running -= 1 }
        parker.wake()
      }
    }
    while state.withLock({ $0.running }) > 0 { _ = await parker.park() }
  }

  private func work() async {
    while let plan = state.withLock({ $0.plans.popLast() }) {
      let report = await Simulation.run(plan)
      state.withLock { $0.sum.add(report, of: plan) }
      print(report.text(of: plan, verbose: isVerbose))
    }
  }
}
