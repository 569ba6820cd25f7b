// Servers of the upper tier tell each other how far they are from origins.

import Primitives
import Runtime

extension PeerNetwork {
  /// Tells those what is new to them.
  func tellNearness() {
    guard route.choosesByOrigin, nearness.isTold(by: self) else { return }
    let servers = route.topology.servers(of: .upper).filter {
      $0 != route.own && isReachable($0)
    }
    let names = servers.map { route.topology.servers[$0].name }
    for (server, messages) in nearness.takeMessages(for: names) {
      lane.start { await self.tell(server, messages) }
    }
  }

  private func tell(_ server: String, _ messages: [NearnessMessage]) async {
    for message in messages {
      guard let position = route.topology.server(named: server),
        await tell(position, .nearness, message.content, isHope: false)
      else { return nearness.missed(server) }
    }
  }

  /// Takes what another server told; false if it is none whose word counts.
  func hearNearness(_ message: PeerMessage) -> Bool {
    guard route.choosesByOrigin, let sender = route.topology.server(named: message.sender),
      route.isBeside(sender)
    else { return false }
    nearness.heard(NearnessMessage(message.content), from: message.sender, at: loop.now)
    return true
  }
}
