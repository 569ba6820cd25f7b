// Whose the connections of peers are.

import Exchange

/// Owns connections of peers, which carry requests of all zones: what these use is theirs.
final class PeerTenant: ConnectionTenant {
  private var count = 0

  func connectionOpened(_ connection: any TenantConnection) -> Int? {
    guard count < GatewayLimits.peerConnections else { return nil }
    count += 1
    return 0
  }

  func connectionClosed(at place: Int) { count -= 1 }

  /// What waits belongs to the zone of its response.
  func waitingOutputChanged(by bytes: Int) {}

  var hasOutputRoom: Bool { true }

  /// Messages are short, and read as they come.
  func waitingInputChanged(by bytes: Int) {}

  var hasInputRoom: Bool { true }
}
