// `./dev simulate`.

import ArgumentParser
import Glibc
import Primitives
import Runtime

/// Runs a fleet of 330 PoPs in virtual time, once for each seed.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Simulate a fleet of 330 PoPs: what its origin, its clients and its parents see.",
    discussion: "A run depends on its seed alone: one that fails can be played again with --first.")

  /// What happens to the fleet.
  enum Weather: String, ExpressibleByArgument, CaseIterable {
    case calm, stormy, purged, all

    func plans(seed: UInt64) -> [SimulationPlan] {
      switch self {
      case .calm: [.calm(seed: seed)]
      case .stormy: [.stormy(seed: seed)]
      case .purged: [.purged(seed: seed)]
      case .all: [.calm(seed: seed), .stormy(seed: seed), .purged(seed: seed)]
      }
    }
  }

  @Option(
    help: """
      What happens: calm, nothing; stormy, servers crash, they or links are slow, or cut; purged, purges.
      """
  )
  var weather = Weather.all
  @Option(help: "How many seeds.") var seeds: UInt64 = 10
  @Option(help: "The first seed.") var first: UInt64 = 0
  @Option(help: "Seeds at once.") var jobs = 2
  @Flag(help: "Name each fetch that a fault explains.") var verbose = false
  @Option(help: "Instead, draw origin requests by number of PoPs into this SVG file.")
  var curve: String?

  func run() throws {
    let command = self
    let home = Simulation.home
    home.systemLane.start {
      if let file = command.curve {
        await Curve.draw(into: file)
        Glibc.exit(0)
      }
      Glibc.exit(await command.simulate() ? 0 : 1)
    }
    home.run()
  }

  private func simulate() async -> Bool {
    let plans = (first..<first + seeds).flatMap { weather.plans(seed: $0) }
    let runs = SimulationRuns(plans, isVerbose: verbose)
    await runs.play(jobs: max(1, jobs))
    let sum = runs.sum
    print(sum.text)
    return sum.violations == 0
  }
}
