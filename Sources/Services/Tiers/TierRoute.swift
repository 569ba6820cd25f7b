// Who is asked for a request.

/// Where one server sends requests: made once of a topology.
package struct TierRoute: Sendable {
  /// A choice among servers: the first of them that can be had is asked.
  package struct Step: Sendable {
    /// Who they are to this server.
    package enum Kind: Sendable {
      /// They share the keys with it, and come before it for this one.
      case beside
      /// They share the keys with it, and are nearer to the origin.
      case nearerToOrigin
      /// They share the keys with it, and the zone names their PoP before its own.
      case namedBefore
      /// They are of a tier above.
      case above
    }

    package let servers: [Int]
    package let kind: Kind
  }

  package let topology: TierTopology
  /// This server.
  package let own: Int
  /// Its name.
  package var ownName: String { topology.servers[own].name }
  /// Those who share the keys with this server.
  private let beside: ServerRanking
  /// Of a server of the upper tier: who has a key in each of its PoPs, if there are several.
  private let uppers: [Int: ServerRanking]
  /// The regional PoPs that it may ask, in the file's order.
  let regional: [ServerRanking]
  /// The servers of the upper tier that it may ask, behind those.
  let upper: ServerRanking?

  /// The route of the server at `own`.
  package init(_ topology: TierTopology, own: Int) {
    self.topology = topology
    self.own = own
    let pop = topology.pops[topology.servers[own].pop]
    // Of the upper tier all servers share the keys, wherever they are: an object comes from the origin once.
    beside = ServerRanking(
      pop.tier == .upper ? topology.servers(of: .upper) : pop.servers, of: topology)
    uppers = pop.tier == .upper ? Self.uppers(topology) : [:]
    let regions = pop.parents.filter { topology.pops[$0].tier == .regional }
    regional = regions.map { ServerRanking(topology.pops[$0].servers, of: topology) }
    // Without any regional parent the upper tier still knows what is in the world.
    let above = pop.parents + regions.flatMap { topology.pops[$0].parents }
    upper = Self.upper(above, of: topology)
  }

  private static func uppers(_ topology: TierTopology) -> [Int: ServerRanking] {
    var rankings: [Int: ServerRanking] = [:]
    for (index, pop) in topology.pops.enumerated() where pop.tier == .upper {
      rankings[index] = ServerRanking(pop.servers, of: topology)
    }
    return rankings.count < 2 ? [:] : rankings
  }

  private static func upper(_ pops: [Int], of topology: TierTopology) -> ServerRanking? {
    let found = Set(pops).filter { topology.pops[$0].tier == .upper }.sorted()
    guard !found.isEmpty else { return nil }
    return ServerRanking(found.flatMap { topology.pops[$0].servers }, of: topology)
  }

  /// Those above this server in the order that a zone chose; nil if it chose none of them. To a server of the upper
  /// tier those of it are above that are named before its own PoP.
  func above(_ names: [String]) -> [ServerRanking]? {
    let chosen = names.compactMap { name in topology.pops.firstIndex { $0.name == name } }
    func ranking(_ pop: Int) -> ServerRanking {
      ServerRanking(topology.pops[pop].servers, of: topology)
    }
    let own = topology.servers[own].pop
    let tier = topology.pops[own].tier
    if tier == .upper {
      let uppers = chosen.filter { topology.pops[$0].tier == .upper }
      return uppers.isEmpty ? nil : uppers.prefix { $0 != own }.map { ranking($0) }
    }
    let pops = chosen.filter { topology.pops[$0].tier.isAbove(tier) }
    guard let first = pops.first else { return nil }
    let above = pops.map { ranking($0) }
    if pops.contains(where: { topology.pops[$0].tier == .upper }) { return above }
    return above + (Self.upper(topology.pops[first].parents, of: topology).map { [$0] } ?? [])
  }

  /// Whether a zone's order names PoPs of the upper tier: then each of them is a ring of its own for it.
  func namesUpper(_ names: [String]) -> Bool {
    topology.pops.contains { $0.tier == .upper && names.contains($0.name) }
  }

  /// Whom to ask for a key of that hash, one step after the other, and then the origin: those above in that
  /// order. `isFromBeside` if a server that shares the keys with this one asked for it. `detours` are the PoPs of the
  /// upper tier whose servers ask the origin through another one; if it `sharesByPoP`, each of them is a ring. `isWell`
  /// tells whether a server can be asked now.
  package func steps(
    for key: UInt64, isFromBeside: Bool, above: [ServerRanking], detours: [Int: Int] = [:],
    sharesByPoP: Bool = false, isWell: (Int) -> Bool = { _ in true }
  ) -> [Step] {
    var steps: [Step] = []
    let ownPoP = topology.servers[own].pop
    // Who asks the origin depends on who has the key: all come to the same.
    let owner = detours.isEmpty ? nil : beside.order(for: key).first
    let near = owner.flatMap { detours[topology.servers[$0].pop] }
    let ring = (sharesByPoP ? uppers[ownPoP] : nil) ?? beside
    if !isFromBeside, ring.servers.contains(where: { $0 != own }) {
      // Those behind this server in the order would ask it.
      let order = ring.order(for: key, preferring: { $0 == own || isWell($0) })
      let better = Array(order.prefix { $0 != own })
      if !better.isEmpty { steps.append(Step(servers: better, kind: .beside)) }
    }
    if let near, near != ownPoP, let ranking = uppers[near] {
      steps.append(
        Step(servers: ranking.order(for: key, preferring: isWell), kind: .nearerToOrigin))
    }
    let kind = topology.tier(of: own) == .upper ? Step.Kind.namedBefore : .above
    for ranking in above {
      steps.append(Step(servers: ranking.order(for: key, preferring: isWell), kind: kind))
    }
    return steps
  }

  /// Whether who asks an origin depends on where that is.
  package var choosesByOrigin: Bool { !uppers.isEmpty }

  /// Whether a server is of a lower tier than this one.
  func isBelow(_ server: Int) -> Bool {
    topology.tier(of: own).isAbove(topology.tier(of: server))
  }

  /// Whether a server shares the keys with this one.
  package func isBeside(_ server: Int) -> Bool { beside.members.contains(server) }

  /// Whether a request of this server comes to the same server that asks the origin, whichever of two servers
  /// it goes to: only then it may go to both. Those of the upper tier ask the one that has the key, but not if a
  /// server of the upper tier asks them.
  func meet(_ server: Int, _ other: Int) -> Bool {
    topology.tier(of: own) != .upper
      && [server, other].allSatisfy { topology.leadsToUpperTier(topology.servers[$0].pop) }
  }
}
