// Whose a test's requests are.

import Exchange

/// A tenant that has room for requests' content or not, and knows how much is held.
final class TestTenant: ConnectionTenant, @unchecked Sendable {
  // Confined to the loop of its test.
  let hasInputRoom: Bool
  private(set) var heldBytes = 0
  private(set) var mostBytes = 0

  init(hasInputRoom: Bool) { self.hasInputRoom = hasInputRoom }

  func waitingInputChanged(by bytes: Int) {
    heldBytes += bytes
    mostBytes = max(mostBytes, heldBytes)
  }

  func connectionOpened(_ connection: any TenantConnection) -> Int? { 0 }
  func connectionClosed(at place: Int) {}
  func waitingOutputChanged(by bytes: Int) {}
  var hasOutputRoom: Bool { true }
}
