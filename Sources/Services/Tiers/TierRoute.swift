// Who is asked for a request.

import Primitives

/// Where one server sends requests: made once of a topology.
package struct TierRoute: Sendable {
  /// A choice among servers: the first of them that can be had is asked.
  package struct Step: Sendable {
    package let servers: [Int]
    /// Among the servers of its own PoP or tier: who is asked so asks nobody beside it.
    package let isSideways: Bool
  }

  package let topology: TierTopology
  /// This server.
  package let own: Int
  /// Those who share the keys with this server.
  private let beside: ServerRanking
  /// Who is asked for what none of them has, first choice first.
  private let above: [ServerRanking]

  /// The route of the server at `own`.
  package init(_ topology: TierTopology, own: Int) {
    self.topology = topology
    self.own = own
    let pop = topology.pops[topology.servers[own].pop]
    // Of the upper tier all servers share the keys, wherever they are: an object comes from the origin once.
    beside = ServerRanking(
      pop.tier == .upper ? topology.servers(of: .upper) : pop.servers, of: topology)
    let parents = pop.parents.map { topology.pops[$0] }
    let upper = parents.filter { $0.tier == .upper }.flatMap(\.servers)
    above =
      parents.filter { $0.tier != .upper }.map { ServerRanking($0.servers, of: topology) }
      + (upper.isEmpty ? [] : [ServerRanking(upper, of: topology)])
  }

  /// Whom to ask for a key of that hash, one step after the other, and then the origin. `isFromBeside` if a
  /// server that shares the keys with this one asked for it.
  package func steps(for key: UInt64, isFromBeside: Bool) -> [Step] {
    var steps: [Step] = []
    if !isFromBeside, beside.servers.count > 1 {
      // Those behind this server in the order would ask it.
      let better = Array(beside.order(for: key).prefix { $0 != own })
      if !better.isEmpty { steps.append(Step(servers: better, isSideways: true)) }
    }
    for ranking in above {
      steps.append(Step(servers: ranking.order(for: key), isSideways: false))
    }
    return steps
  }

  /// Whether a server is of a lower tier than this one.
  func isBelow(_ server: Int) -> Bool {
    tier(of: own).isAbove(tier(of: server))
  }

  private func tier(of server: Int) -> TierTopology.Tier {
    topology.pops[topology.servers[server].pop].tier
  }

  /// Whether a server shares the keys with this one.
  package func isBeside(_ server: Int) -> Bool { beside.servers.contains(server) }
}
