// Which servers there are, and who asks whom.

package import Runtime

/// All servers of a fleet, by PoP and tier. Immutable; every server reads the same.
package struct TierTopology: Sendable, Equatable {
  /// How far a PoP is from clients: the upper tier alone asks origins.
  package enum Tier: String, CaseIterable, Sendable {
    case edge, regional, upper

    private var height: Int {
      switch self {
      case .edge: 0
      case .regional: 1
      case .upper: 2
      }
    }

    /// Whether it is nearer to origins.
    package func isAbove(_ other: Tier) -> Bool { height > other.height }
  }

  /// One server.
  package struct Server: Sendable, Equatable {
    package let name: String
    /// Where it serves its peers.
    package let address: SocketAddress
    /// Its share of the keys relative to others'.
    package let weight: Int
    /// It gets no new requests of its peers.
    package let isDraining: Bool
    /// Its PoP's position in `pops`.
    package let pop: Int
  }

  /// A data centre.
  package struct PoP: Sendable, Equatable {
    package let name: String
    package let tier: Tier
    /// The positions in `pops` of those that it asks, first choice first; none: the origin.
    package internal(set) var parents: [Int] = []
    /// The positions of its servers in `servers`.
    package internal(set) var servers: [Int] = []
  }

  package internal(set) var pops: [PoP] = []
  package private(set) var servers: [Server] = []
  /// Where the server of a name stands: each request of a peer asks.
  private var positions: [String: Int] = [:]

  /// Adds a server to the last PoP; no other may have its name.
  mutating func add(_ server: Server) {
    pops[server.pop].servers.append(servers.count)
    positions[server.name] = servers.count
    servers.append(server)
  }

  /// The position of the server of that name.
  package func server(named name: String) -> Int? { positions[name] }

  /// The tier of a server.
  package func tier(of server: Int) -> Tier { pops[servers[server].pop].tier }

  /// The positions of all servers of a tier.
  package func servers(of tier: Tier) -> [Int] {
    servers.indices.filter { self.tier(of: $0) == tier }
  }

  /// Whether what a PoP's servers ask for comes from the upper tier, whichever parent they ask.
  func leadsToUpperTier(_ pop: Int) -> Bool {
    if pops[pop].tier == .upper { return true }
    let parents = pops[pop].parents
    return !parents.isEmpty
      && parents.allSatisfy { pops[$0].tier == .upper || !pops[$0].parents.isEmpty }
  }
}
