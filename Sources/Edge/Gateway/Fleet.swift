// This server as one of several.

import HTTPServer
package import Primitives
import Runtime
import TLS
package import Tiers

/// Which servers there are beside this one, and who it is to them. Shared by all loops.
package final class Fleet: Sendable {
  let security: PeerSecurity
  private let first: TierRoute
  private let sideways = SidewaysRequests()
  /// How far the upper tier's servers are from origins.
  package let nearness: OriginNearness
  private let state = Guarded(State())

  /// What changes while it serves.
  private struct State: Sendable {
    var isCurrent = false
    var receiver: PeerMessage.Receiver?
  }

  /// Takes part as `route` says, until that changes (`Edge.use`).
  package init(_ route: TierRoute, _ security: PeerSecurity) {
    first = route
    nearness = OriginNearness(own: route.ownName)
    self.security = security
  }

  /// This server's name.
  package var ownName: String { first.ownName }

  /// That the certificate to peers ends soon, if so at `now`: without it this server is alone.
  package func expiry(at now: WallTime) -> String? {
    let days = (security.identity.notAfter.seconds - now.seconds) / 86_400
    guard days < GatewayLimits.certificateWarningDays else { return nil }
    return
      "the certificate for peers (--peer-certificate) \(days < 0 ? "has ended" : "ends in \(days) days"): "
      + "put another in its place, then skerry upgrade"
  }

  /// Whether peers' requests are answered: not before what was missed while this server was away is here.
  var isCurrent: Bool { state.withLock { $0.isCurrent } }

  /// From now on they are.
  package func becomeCurrent() { state.withLock { $0.isCurrent = true } }

  /// Gives messages of peers to `receiver`, on a lane of the loop that they come to.
  package func take(_ receiver: @escaping PeerMessage.Receiver) {
    state.withLock { $0.receiver = receiver }
  }

  func receive(_ message: PeerMessage) async -> Bool {
    guard let receiver = state.withLock({ $0.receiver }) else { return false }
    return await receiver(message)
  }

  /// Makes a loop one of the fleet's, behind those that are `before` it. Before it serves.
  func join(
    _ node: inout Edge.Node, behind before: [Edge.Node], loops: Int, _ connectionLimit: Int
  ) {
    let gateway = node.gateway
    let lender = PeerNetwork.lender(of: before.count).flatMap { before[$0].gateway.peers }
    let network = PeerNetwork(
      loop: gateway.loop, loops: loops, route: first,
      transport: lender.map { BorrowingTransport(from: $0) } ?? SecureTransport(security),
      sideways: sideways, nearness: nearness)
    network.zoneLane = { [unowned gateway] zone in gateway.zones[zone]?.lane }
    gateway.peers = network
    let gate = PeerGate(gateway, network, self)
    gateway.commonLanes += [network.lane, gate.lane]
    let server = HTTPServer(
      loop: gateway.loop, handler: gate, acceptor: node.acceptor,
      connectionLimit: connectionLimit, peerStreams: TierLimits.streamsPerConnection)
    server.certificates = gate
    node.peerServer = server
    gateway.loop.systemLane.post { network.start() }
  }
}
