// Servers tell each other which topology they have: each reads a file of its own.

import Primitives
import Runtime

extension PeerNetwork {
  /// Tells those that this server has connections to, now and then and when its topology is another.
  func tellTopology() {
    guard nearness.isTold(by: self) else { return }
    for position in links.indices where links[position].isTopologyDue(fingerprint) {
      lane.start { await self.tellTopology(position, self.generation) }
    }
  }

  private func tellTopology(_ position: Int, _ generation: Int) async {
    let told = fingerprint
    let status = await send(
      position, .topology, Array(String(told, radix: 16).utf8), isHope: false)
    guard generation == self.generation, let status else { return }
    switch status {
    case 204: links[position].note(isSame: true, as: told)
    // Who does not know this server refuses it with 400.
    case 400, 409: links[position].note(isSame: false, as: told)
    default: break
    }
  }

  /// Takes what another server told; whether its topology is this server's.
  func hearTopology(_ message: PeerMessage) -> Bool {
    // A network that has stopped has no links any more.
    guard let sender = route.topology.server(named: message.sender), links.indices.contains(sender)
    else { return false }
    let isSame = message.content == Array(String(fingerprint, radix: 16).utf8)
    links[sender].note(isSame: isSame, as: fingerprint)
    return isSame
  }
}

extension PeerLink {
  /// Whether the server is told now that this one has the topology of that fingerprint.
  func isTopologyDue(_ fingerprint: UInt64) -> Bool {
    guard isWell, connectionCount > 0 else { return false }
    let now = lane.loop.now
    if let told, told.fingerprint == fingerprint, now < told.at + TierLimits.topologyInterval {
      return false
    }
    told = (fingerprint, now)
    return true
  }

  /// It has the same topology as this server, whose that fingerprint is, or another.
  func note(isSame: Bool, as fingerprint: UInt64) {
    known = KnownTopology(own: fingerprint, isSame: isSame, at: lane.loop.now)
  }
}
