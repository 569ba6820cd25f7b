// Connections that belong to no zone.

/// Owns connections that no zone owns, an operator's or a peer's, and counts them against a bound. What waits on
/// them is nobody's, or that of the zone whose response it is.
package final class CountedConnections: ConnectionTenant {
  private let limit: Int
  private var count = 0

  /// At most `limit` at once.
  package init(limit: Int) { self.limit = limit }

  /// Nil if there are as many as there may be.
  package func connectionOpened(_ connection: any TenantConnection) -> Int? {
    guard count < limit else { return nil }
    count += 1
    return 0
  }

  /// One is gone.
  package func connectionClosed(at place: Int) { count -= 1 }

  /// Answers lie in memory as a whole before they are sent.
  package func waitingOutputChanged(by bytes: Int) {}

  package var hasOutputRoom: Bool { true }

  /// Bodies are short, and read as they come.
  package func waitingInputChanged(by bytes: Int) {}

  package var hasInputRoom: Bool { true }
}
