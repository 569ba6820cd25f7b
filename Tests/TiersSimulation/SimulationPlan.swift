// What a simulation is to be like.

import Tiers

/// The size of a simulated fleet, what its clients ask for, and what happens to it.
struct SimulationPlan: Sendable {
  var name = "calm"
  var seed: UInt64 = 0
  var edges = 310
  var regions = 16
  var uppers = 4
  /// Servers of each regional PoP and of each upper one; of the edges every eighth has two, the others one.
  var serversOfParents = 2
  /// Regional parents that each edge names, the nearest ones.
  var parents = 3
  var objects = 4_000
  var requests = 12_000
  /// Over which the requests are spread.
  var duration = Duration.seconds(60)
  var purges = 0
  /// Servers that crash and come back, servers that are slow, and pairs of PoPs that don't hear each other, or late.
  var crashes = 0
  var slowServers = 0
  var partitions = 0
  var slowLinks = 0
  /// What the zone says of tiers.
  var choice = TierChoice.smart

  /// A fleet of 330 PoPs where nothing fails.
  static func calm(seed: UInt64) -> SimulationPlan { SimulationPlan(seed: seed) }

  /// The same, with less traffic, where much does.
  static func stormy(seed: UInt64) -> SimulationPlan {
    SimulationPlan(
      name: "stormy", seed: seed, objects: 1_000, requests: 4_000, purges: 12, crashes: 10,
      slowServers: 6, partitions: 8, slowLinks: 8)
  }

  /// PoPs of four servers and few objects, which are purged all the time.
  static func purged(seed: UInt64) -> SimulationPlan {
    var plan = SimulationPlan(
      name: "purged", seed: seed, objects: 40, requests: 8_000, purges: 200)
    (plan.edges, plan.regions, plan.uppers, plan.serversOfParents) = (120, 6, 2, 4)
    return plan
  }

  /// Nothing fails.
  var isCalm: Bool { crashes + slowServers + partitions + slowLinks + purges == 0 }
}
