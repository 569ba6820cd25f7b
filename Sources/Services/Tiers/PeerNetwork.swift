// The peers of one loop.

package import HTTP
import HTTPClient
import Primitives
package import Runtime
import TLS

/// Connects one loop to this server's peers, on behalf of all zones.
///
/// Confined to its loop.
package final class PeerNetwork: @unchecked Sendable {
  // Confined to its loop.
  let loop: EventLoop
  /// Where connections are served, which are no zone's own.
  let lane: Lane
  let connectionsPerServer: Int
  /// What connections share.
  let memory = HTTP2ClientMemory()
  package private(set) var route: TierRoute
  let sideways: SidewaysRequests
  private let identity: PeerSecurity
  private var connector: TLSConnector?
  private var links: [PeerLink]
  /// Which of the routes it is: positions are those of one topology.
  private(set) var generation = 0

  /// The network of one of `loops` loops; `sideways` is that of all.
  package init(
    loop: EventLoop, loops: Int, route: TierRoute, security: PeerSecurity,
    sideways: SidewaysRequests
  ) {
    self.loop = loop
    self.sideways = sideways
    self.route = route
    identity = security
    lane = Lane(loop: loop, name: "peers", isCommon: true)
    connectionsPerServer = max(1, TierLimits.connectionsPerServer / loops)
    links = []
    links = route.topology.servers.enumerated().map { PeerLink($1, at: $0, of: self) }
  }

  /// This server's name.
  package var ownName: String { route.topology.servers[route.own].name }

  /// Asks by another route from now on. Connections to servers that stay as they are stay.
  package func use(_ route: TierRoute) {
    var kept: [String: PeerLink] = [:]
    for link in links { kept[link.server.name] = link }
    links = route.topology.servers.enumerated().map { position, server in
      guard let link = kept[server.name], link.server.isSame(as: server) else {
        return PeerLink(server, at: position, of: self)
      }
      kept[server.name] = nil
      link.position = position
      return link
    }
    for link in kept.values { link.close() }
    self.route = route
    generation += 1
  }

  /// Whether a peer's request is answered here: not where it has been before, or might wait for itself.
  package func takes(_ field: PeerField, _ request: borrowing RequestHead) -> Bool {
    let own = Array(ownName.utf8)
    guard !field.hops.contains(own), let last = field.hops.last,
      let server = route.topology.server(named: String(decoding: last, as: UTF8.self))
    else { return false }
    if route.isBeside(server) {
      return !sideways.contains(ServerRanking.hash(request.authority.span, request.path.span))
    }
    return route.isBelow(server)
  }

  /// The server to ask in a step: the first that is well, was not asked, and has not much more to do than
  /// its share; nil if there is none, or the step is one of an earlier route.
  func choose(
    _ step: TierRoute.Step, of generation: Int, but asked: [Int]
  ) -> PeerLink? {
    guard generation == self.generation else { return nil }
    let open = step.servers.filter { !asked.contains($0) && links[$0].isWell }
    guard let first = open.first else { return nil }
    let chosen = open.first { !isLoaded(links[$0], among: open) } ?? first
    return links[chosen].admits() ? links[chosen] : nil
  }

  /// Whether a server has more under way from this loop than its share of what those have together.
  private func isLoaded(_ link: PeerLink, among servers: [Int]) -> Bool {
    guard link.exchanges >= TierLimits.unboundedExchanges else { return false }
    var exchanges = 1
    var weights = 0
    for server in servers {
      exchanges += links[server].exchanges
      weights += links[server].server.weight
    }
    return link.exchanges * weights * 100
      >= exchanges * link.server.weight * TierLimits.loadPercent
  }

  /// How to open a connection to a server.
  func security(for server: TierTopology.Server) throws(HTTPClientError) -> ClientSecurity {
    do throws(TLSError) {
      if connector == nil { connector = try TLSConnector() }
    } catch {
      throw .handshakeFailed(error.description)
    }
    guard let connector else { throw .handshakeFailed("no connector") }
    return identity.client(connector, to: server.name)
  }

  /// What the loop knows of each server, in the order of the topology.
  package var states: [PeerState] {
    links.map { link in
      PeerState(
        isWell: link.isWell, connections: link.connectionCount,
        roundTripNanoseconds: link.roundTripNanoseconds, figures: link.figures)
    }
  }
}

extension TierTopology.Server {
  /// Whether connections to it may stay.
  fileprivate func isSame(as other: Self) -> Bool {
    address == other.address && isDraining == other.isDraining && weight == other.weight
  }
}
