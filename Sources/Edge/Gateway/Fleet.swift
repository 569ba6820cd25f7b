// This server as one of several.

import HTTPServer
import Runtime
package import Tiers

/// Which servers there are beside this one, and who it is to them.
package struct Fleet: Sendable {
  let route: TierRoute
  let security: PeerSecurity
  private let sideways = SidewaysRequests()

  package init(_ route: TierRoute, _ security: PeerSecurity) {
    self.route = route
    self.security = security
  }

  /// This server's name.
  var ownName: String { route.topology.servers[route.own].name }

  /// Makes a loop one of the fleet's. Before it serves.
  func join(_ node: inout Edge.Node, loops: Int, _ connectionLimit: Int) {
    let gateway = node.gateway
    let network = PeerNetwork(
      loop: gateway.loop, loops: loops, route: route, security: security,
      sideways: sideways)
    gateway.peers = network
    let gate = PeerGate(gateway, network, security)
    let server = HTTPServer(
      loop: gateway.loop, handler: gate, acceptor: node.acceptor,
      connectionLimit: connectionLimit, concurrentStreams: TierLimits.streamsPerConnection)
    server.certificates = gate
    node.peerServer = server
    gateway.loop.systemLane.post { network.start() }
  }
}
