// The connections to the API.

import Exchange

/// Counts the connections of operators against their bound.
final class ControlConnections: ConnectionTenant {
  private(set) var count = 0

  func connectionOpened(_ connection: any TenantConnection) -> Int? {
    guard count < ControlLimits.connections else { return nil }
    count += 1
    return 0
  }

  func connectionClosed(at place: Int) { count -= 1 }

  /// Answers lie in memory as a whole before they are sent.
  func waitingOutputChanged(by bytes: Int) {}

  var hasOutputRoom: Bool { true }

  /// Bodies are short (`ControlLimits`), and read as they come.
  func waitingInputChanged(by bytes: Int) {}

  var hasInputRoom: Bool { true }
}
