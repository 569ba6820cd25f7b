// Connections of one loop to one endpoint.

import HTTPClient
import Primitives
import Runtime
import TLS

/// The connections to an endpoint that wait for their next exchange, and how many there are.
///
/// Confined to its loop.
final class StoreConnections: @unchecked Sendable {
  // Confined to its loop.
  let shared: SharedEndpoint
  private let lane: Lane
  private let security: StoreSecurity
  private var idle: [HTTP1ClientConnection] = []
  private var openCount = 0
  private var resumption: TLSResumption?

  /// `lane` is where the events of idle connections are served, which are nobody's own.
  init(_ shared: SharedEndpoint, on lane: Lane, _ security: StoreSecurity) {
    self.shared = shared
    self.lane = lane
    self.security = security
  }

  /// The connection used last, if it may be used again.
  func takeIdle() -> HTTP1ClientConnection? {
    while let connection = idle.popLast() {
      if connection.isReusable(
        now: lane.loop.now, maximumAge: ReserveLimits.connectionAge,
        maximumExchanges: ReserveLimits.exchangesPerConnection)
      {
        return connection
      }
      connection.close()
    }
    return nil
  }

  /// A new connection, within `timeout`. Waits on `parker`.
  func open(
    within timeout: Duration, _ parker: Parker
  ) async throws(StoreFault) -> HTTP1ClientConnection {
    let endpoint = shared.endpoint
    let addresses = shared.addresses.current(now: lane.loop.now)
    guard !addresses.isEmpty else { throw .unresolved(endpoint.host) }
    guard openCount < ReserveLimits.connectionsPerLoop else { throw .busy }
    var clientSecurity: ClientSecurity?
    if endpoint.isTLS {
      clientSecurity = try security.security(for: endpoint, resumption)
      resumption = nil
    }
    openCount += 1
    do throws(HTTPClientError) {
      let connection = try await ClientConnection.open(
        to: addresses, on: lane, timeout: timeout, security: clientSecurity, parker: parker)
      return HTTP1ClientConnection(connection, owner: self)
    } catch {
      openCount -= 1
      throw Self.fault(error)
    }
  }

  /// The room's error for the transport's.
  static func fault(_ error: HTTPClientError) -> StoreFault {
    switch error {
    case .cancelled: .cancelled
    case .connectTimedOut, .firstByteTimedOut, .unresponsive, .readTimedOut, .writeTimedOut:
      .timedOut
    default: .connection(error)
    }
  }
}

extension StoreConnections: ClientConnectionOwner {
  func connectionBecameIdle(_ connection: HTTP1ClientConnection) {
    if let resumption = connection.takeResumption() { self.resumption = resumption }
    idle.append(connection)
    connection.waitIdle(for: ReserveLimits.idleDuration)
  }

  func connectionClosed(_ connection: HTTP1ClientConnection) {
    if let index = idle.lastIndex(where: { $0 === connection }) { idle.remove(at: index) }
    openCount -= 1
    precondition(openCount >= 0)
  }
}
