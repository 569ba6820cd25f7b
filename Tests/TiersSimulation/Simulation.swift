// Runs of a simulation.

import Primitives
import Runtime

/// Runs plans, each on a loop of its own.
enum Simulation {
  /// The loop of those who wait for simulations, whose time is the system's.
  static let home: EventLoop = {
    do throws(RuntimeError) {
      let loop = try EventLoop(name: "home", index: 0)
      GlobalExecutor.route(fallback: loop)
      return loop
    } catch { preconditionFailure("no loop: \(error)") }
  }()

  /// Plays a plan to its end.
  static func run(_ plan: SimulationPlan) async -> SimulationReport {
    let home = Self.home
    return await withCheckedContinuation { continuation in
      do throws(RuntimeError) {
        let time = VirtualTime(start: WallTime(seconds: 1_800_000_000))
        let loop = try EventLoop(name: "simulation", index: 0, virtualTime: time)
        loop.systemLane.start {
          let report = await SimulatedWorld(plan, loop, time).run()
          loop.stop()
          home.systemLane.post { continuation.resume(returning: report) }
        }
        try loop.start()
      } catch { preconditionFailure("no loop: \(error)") }
    }
  }
}
