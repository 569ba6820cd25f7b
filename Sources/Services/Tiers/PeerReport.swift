// What loops know of other servers, for people.

/// How one loop gets on with the other servers, or all loops together.
package struct PeerReport: Sendable {
  /// What is known of a server.
  package struct State: Sendable {
    /// Requests go there.
    package var isWell: Bool
    /// Connections that are open.
    package var connections: Int
    /// How long it took to answer last; nil if nobody asked.
    package var roundTripNanoseconds: UInt64?
    package var figures: PeerFigures
    /// Whether its topology is this server's; nil as long as it has not said so.
    package var topology: KnownTopology?
  }

  package let route: TierRoute
  /// Those above this server, first choice first.
  let above: [ServerRanking]
  /// Of each server, in the order of the topology.
  package private(set) var states: [State]

  init(route: TierRoute, above: [ServerRanking], states: [State]) {
    self.route = route
    self.above = above
    self.states = states
  }

  /// Adds what another loop knows of the same servers.
  package mutating func add(_ other: PeerReport) {
    guard other.states.count == states.count else { return }
    for index in states.indices {
      let more = other.states[index]
      states[index].isWell = states[index].isWell && more.isWell
      states[index].connections += more.connections
      states[index].roundTripNanoseconds =
        [states[index].roundTripNanoseconds, more.roundTripNanoseconds].compactMap { $0 }.min()
      states[index].figures += more.figures
      states[index].topology = KnownTopology.latest(states[index].topology, more.topology)
    }
  }

  /// Who is asked for a target of a zone whose word is `choice`, one step after the other and then the origin, from
  /// which PoPs of the upper tier have those `distances`, nearest first.
  package func asked(
    _ authority: [UInt8], _ path: [UInt8], choice: TierChoice = .smart,
    distances: [(pop: Int, nanoseconds: UInt64)] = []
  ) -> [AskedStep] {
    var names: [String] = []
    switch choice {
    case .flat: return []
    case .custom(let chosen): names = chosen
    case .smart: break
    }
    let steps = route.steps(
      for: ServerRanking.hash(authority, path), isFromBeside: false,
      above: route.above(names) ?? above, detours: OriginNearness.detours(distances),
      sharesByPoP: route.namesUpper(names), isWell: { states[$0].isWell })
    var parents = 0
    return steps.map { step in
      let reason = reason(for: step, names, isFirst: parents == 0)
      if case .above = step.kind { parents += 1 }
      let pops = Set(step.servers.map { route.topology.servers[$0].pop })
      let known = step.servers.compactMap { states[$0].roundTripNanoseconds }.min()
      return AskedStep(
        servers: step.servers.map { route.topology.servers[$0].name }, reason: reason,
        pop: pops.count == 1 ? pops.first.map { route.topology.pops[$0].name } : nil,
        roundTripNanoseconds: reason == .nearestToOrigin ? distances.first?.nanoseconds : known)
    }
  }

  private func reason(
    for step: TierRoute.Step, _ pinned: [String], isFirst: Bool
  ) -> AskedStep.Reason {
    switch step.kind {
    case .beside: return .hasKey
    case .nearerToOrigin: return .nearestToOrigin
    case .namedBefore: return .pinned
    case .above:
      guard let server = step.servers.first else { return .upperTier }
      let pop = route.topology.pops[route.topology.servers[server].pop]
      if pinned.contains(pop.name) { return .pinned }
      return pop.tier == .upper ? .upperTier : isFirst ? .nearestParent : .furtherParent
    }
  }
}
