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
    }
  }

  /// The names of those who are asked for a target, one list after the other, each in its order; `nearest` is
  /// the PoP of the upper tier that is nearest to its origin.
  package func asked(
    _ authority: [UInt8], _ path: [UInt8], nearest: Int? = nil
  ) -> [[String]] {
    route.steps(
      for: ServerRanking.hash(authority, path), isFromBeside: false, above: above,
      nearest: nearest
    ).map { step in step.servers.map { route.topology.servers[$0].name } }
  }
}
