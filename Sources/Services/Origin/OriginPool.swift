// The connections of one zone to its origins, on one loop.

import Exchange
import HTTPClient
import Primitives
import Runtime
import TLS

/// Hands out connections, within the zone's bounds; exchanges beyond them wait in order, for a
/// bounded time, in a bounded queue.
///
/// Confined to its loop.
final class OriginPool: @unchecked Sendable {
  // Confined to its loop.
  let servers: [OriginServer]
  let policy: OriginPolicy
  private let lane: Lane
  private let resolver: OriginResolver
  private var openCount = 0
  private var waiters: [ConnectionWaiter] = []
  private(set) var isClosed = false

  init(
    _ servers: [OriginServer], policy: OriginPolicy, lane: Lane, resolver: OriginResolver
  ) {
    self.servers = servers
    self.policy = policy
    self.lane = lane
    self.resolver = resolver
    for server in servers { server.belong(to: self) }
  }

  /// What an exchange got to work with.
  struct Lease {
    let connection: HTTP1ClientConnection
    /// It has served before, so that the origin may have closed it meanwhile.
    var isReused: Bool { connection.exchangeCount > 0 }
  }

  /// A connection to `server` for one exchange. Waits on `parker`.
  ///
  /// `fresh` asks for a new one; `mustBeOpen` looks twice that an old one has not been closed.
  func lease(
    _ server: OriginServer, fresh: Bool, mustBeOpen: Bool, parker: Parker
  ) async throws(OriginFault) -> Lease {
    if !fresh,
      let connection = server.takeIdle(policy, now: lane.loop.now, mustBeOpen: mustBeOpen)
    {
      return Lease(connection: connection)
    }
    if hasWaiter(for: server) || !reserve(server) {
      if let connection = try await wait(for: server, parker) {
        return Lease(connection: connection)
      }
    }
    do throws(OriginFault) {
      return Lease(connection: try await open(server, parker))
    } catch {
      slotFreed(of: server)
      throw error
    }
  }

  /// A connection is free again.
  func release(_ connection: HTTP1ClientConnection, of server: OriginServer) {
    if isClosed { return connection.close() }
    if let index = waiters.firstIndex(where: { $0.server === server }) {
      return waiters.remove(at: index).grant(connection)
    }
    // Somebody waits for another origin and the zone has no connection left: this one makes room.
    if !waiters.isEmpty && openCount >= policy.connectionsPerZone { return connection.close() }
    server.keepIdle(connection, for: policy.idleTimeout)
  }

  /// A connection is gone, or a promised one will not be opened.
  func slotFreed(of server: OriginServer) {
    server.openCount -= 1
    openCount -= 1
    precondition(server.openCount >= 0 && openCount >= 0)
    while let index = waiters.firstIndex(where: { hasRoom(for: $0.server) }) {
      let waiter = waiters.remove(at: index)
      take(waiter.server)
      waiter.grantSlot()
    }
  }

  /// Closes what is idle, and the rest when it becomes so.
  func close() {
    isClosed = true
    for server in servers { server.closeIdle() }
  }

  // MARK: - Bounds

  private func hasRoom(for server: OriginServer) -> Bool {
    server.openCount < policy.connectionsPerOrigin && openCount < policy.connectionsPerZone
  }

  private func take(_ server: OriginServer) {
    server.openCount += 1
    openCount += 1
  }

  private func hasWaiter(for server: OriginServer) -> Bool {
    !waiters.isEmpty && waiters.contains { $0.server === server }
  }

  /// Takes a place for a new connection, from another origin's idle ones if need be.
  private func reserve(_ server: OriginServer) -> Bool {
    guard server.openCount < policy.connectionsPerOrigin else { return false }
    if openCount >= policy.connectionsPerZone {
      guard let other = servers.first(where: { $0.idleCount > 0 && $0 !== server }) else {
        return false
      }
      other.closeOldestIdle()
      guard hasRoom(for: server) else { return false }
    }
    take(server)
    return true
  }

  /// Waits for a free connection (the result) or for a place for a new one (nil).
  private func wait(
    for server: OriginServer, _ parker: Parker
  ) async throws(OriginFault) -> HTTP1ClientConnection? {
    guard waiters.count < policy.waitingExchanges else {
      throw .failure(Failure(.connectionLimitReached, "too many requests wait", isRetryable: true))
    }
    let waiter = ConnectionWaiter(server, parker)
    waiters.append(waiter)
    let deadline = lane.loop.now + policy.waitTimeout
    while true {
      let outcome = await parker.park(until: deadline)
      switch waiter.state {
      case .connection(let connection):
        guard outcome == .cancelled else { return connection }
        release(connection, of: server)
        throw .client(.cancelled)
      case .slot:
        guard outcome == .cancelled else { return nil }
        slotFreed(of: server)
        throw .client(.cancelled)
      case .waiting:
        if outcome == .woken { continue }
        waiters.removeAll { $0 === waiter }
        if outcome == .cancelled { throw .client(.cancelled) }
        throw .failure(
          Failure(
            .connectionLimitReached, "no connection to the origin became free",
            isRetryable: true))
      }
    }
  }

  // MARK: - Opening

  private func open(
    _ server: OriginServer, _ parker: Parker
  ) async throws(OriginFault) -> HTTP1ClientConnection {
    let addresses: [SocketAddress]
    if let fixed = server.fixedAddress {
      addresses = [fixed]
    } else {
      do throws(Failure) {
        addresses = try await resolver.addresses(
          of: server.configuration.host, port: server.configuration.port, parker: parker)
      } catch {
        throw .failure(error)
      }
    }
    var security: ClientSecurity?
    if server.configuration.scheme == .https {
      security = try await resolver.security.security(for: server, protocols: [.http11])
    }
    do throws(HTTPClientError) {
      let connection = try await ClientConnection.open(
        to: server.rotated(addresses), on: lane,
        timeout: server.configuration.timeouts.connect, security: security, parker: parker)
      return HTTP1ClientConnection(connection, owner: server)
    } catch {
      throw .client(error)
    }
  }
}

/// An exchange that waits for a connection.
private final class ConnectionWaiter {
  /// What the exchange was given.
  enum State {
    case waiting
    case connection(HTTP1ClientConnection)
    /// May open one.
    case slot
  }

  let server: OriginServer
  private(set) var state = State.waiting
  private let parker: Parker

  init(_ server: OriginServer, _ parker: Parker) {
    self.server = server
    self.parker = parker
  }

  func grant(_ connection: HTTP1ClientConnection) {
    state = .connection(connection)
    parker.wake()
  }

  func grantSlot() {
    state = .slot
    parker.wake()
  }
}
