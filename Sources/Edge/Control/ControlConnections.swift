// The connections to the API.

import Exchange

/// Counts the connections of operators against their bound.
final class ControlConnections: ConnectionTenant {
  private(set) var count = 0

  func connectionOpened() -> Bool {
    guard count < ControlLimits.connections else { return false }
    count += 1
    return true
  }

  func connectionClosed() { count -= 1 }

  /// Answers lie in memory as a whole before they are sent.
  func waitingOutputChanged(by bytes: Int) {}

  var hasOutputRoom: Bool { true }
}
