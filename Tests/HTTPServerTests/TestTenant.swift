// Whose a test's requests are.

import Exchange

/// A tenant that has room for content or not, and knows how much of it waits.
final class TestTenant: ConnectionTenant, @unchecked Sendable {
  // Confined to the loop of its test.
  let hasInputRoom: Bool
  let hasOutputRoom: Bool
  /// Of requests.
  private(set) var heldBytes = 0
  private(set) var mostBytes = 0
  /// Of responses.
  private(set) var waitingBytes = 0
  private(set) var mostWaitingBytes = 0

  init(hasInputRoom: Bool = true, hasOutputRoom: Bool = true) {
    self.hasInputRoom = hasInputRoom
    self.hasOutputRoom = hasOutputRoom
  }

  func waitingInputChanged(by bytes: Int) {
    heldBytes += bytes
    mostBytes = max(mostBytes, heldBytes)
  }

  func waitingOutputChanged(by bytes: Int) {
    waitingBytes += bytes
    mostWaitingBytes = max(mostWaitingBytes, waitingBytes)
  }

  func connectionOpened(_ connection: any TenantConnection) -> Int? { 0 }
  func connectionClosed(at place: Int) {}
}
