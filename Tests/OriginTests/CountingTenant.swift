// Whose a test's responses are.

import Exchange

/// A tenant without room for more, which knows how much of responses waits.
final class CountingTenant: ConnectionTenant, @unchecked Sendable {
  // Confined to the client's loop.
  private(set) var waitingBytes = 0
  private(set) var mostBytes = 0

  func waitingOutputChanged(by bytes: Int) {
    waitingBytes += bytes
    mostBytes = max(mostBytes, waitingBytes)
  }

  func connectionOpened(_ connection: any TenantConnection) -> Int? { 0 }
  func connectionClosed(at place: Int) {}
  func waitingInputChanged(by bytes: Int) {}
  var hasOutputRoom: Bool { false }
  var hasInputRoom: Bool { true }
}
