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
  private let zone: ZoneID
  private var openCount = 0
  private var waiters: [ConnectionWaiter] = []
  private(set) var isClosed = false
  /// How far away the nearest of the origins is, in nanoseconds of a round trip.
  private(set) var roundTrips = RecentMinimum(window: OriginLimits.measuringWindow)

  init(
    _ servers: [OriginServer], policy: OriginPolicy, lane: Lane, resolver: OriginResolver,
    zone: ZoneID
  ) {
    self.servers = servers
    self.policy = policy
    self.lane = lane
    self.resolver = resolver
    self.zone = zone
    for server in servers { server.belong(to: self) }
  }

  deinit { for server in servers { server.belong(to: nil) } }

  /// An idle connection to `server` that no other exchange shares; nil if there is none, or if
  /// `lease` would give a shared one.
  func idle(_ server: OriginServer, _ wish: OriginLease.Wish) -> HTTP1ClientConnection? {
    guard !wish.isFresh, wish.needsHTTP1 || !server.isShared else { return nil }
    return server.takeIdle(policy, now: lane.loop.now, mustBeOpen: wish.mustBeOpen)
  }

  /// A connection to `server` for one exchange. Waits on `parker`.
  func lease(
    _ server: OriginServer, _ wish: OriginLease.Wish, parker: Parker
  ) async throws(OriginFault) -> OriginLease {
    if !wish.isFresh {
      if !wish.needsHTTP1, let shared = server.shared(policy, now: lane.loop.now) {
        return .http2(shared)
      }
      if let connection = server.takeIdle(
        policy, now: lane.loop.now, mustBeOpen: wish.mustBeOpen)
      {
        return .http1(connection)
      }
    }
    let joinsOpening = server.opensShared && !wish.needsHTTP1 && !wish.isFresh
    if joinsOpening || hasWaiter(for: server) || !reserve(server) {
      switch try await wait(for: server, wish, parker) {
      case .lease(let lease): return lease
      case .slot(let opensShared):
        return try await open(server, wish, opensShared: opensShared, parker)
      }
    }
    let opensShared = beginShared(server, needsHTTP1: wish.needsHTTP1)
    return try await open(server, wish, opensShared: opensShared, parker)
  }

  /// Opens a connection to each server, as an exchange would, to see how far away that is. Waits on `parker`.
  func measure(_ parker: Parker) async {
    for server in servers where !isClosed {
      let wish = OriginLease.Wish(isFresh: true)
      do throws(OriginFault) {
        guard case .http1(let connection) = try await lease(server, wish, parker: parker) else {
          continue
        }
        release(connection, of: server)
      } catch { continue }
    }
  }

  /// A connection is free again.
  func release(_ connection: HTTP1ClientConnection, of server: OriginServer) {
    if isClosed { return connection.close() }
    if let index = waiters.firstIndex(where: { $0.server === server }) {
      return waiters.remove(at: index).grant(.lease(.http1(connection)))
    }
    // Somebody waits for another origin and the zone has no connection left: this one makes room.
    if !waiters.isEmpty && openCount >= policy.connectionsPerZone { return connection.close() }
    server.keepIdle(connection, for: policy.idleTimeout)
  }

  /// An HTTP/2 connection of `server` can carry more exchanges.
  func share(_ connection: HTTP2ClientConnection, of server: OriginServer) {
    guard !waiters.isEmpty else { return }
    var room = server.room(of: connection, policy, now: lane.loop.now)
    while room > 0,
      let index = waiters.firstIndex(where: { $0.server === server && !$0.needsHTTP1 })
    {
      waiters.remove(at: index).grant(.lease(.http2(connection)))
      room -= 1
    }
  }

  /// A connection is gone, or a promised one will not be opened.
  func slotFreed(of server: OriginServer) {
    server.openCount -= 1
    openCount -= 1
    precondition(server.openCount >= 0 && openCount >= 0)
    grantSlots()
  }

  private func grantSlots() {
    while let index = waiters.firstIndex(where: { hasRoom(for: $0.server) && !$0.joinsOpening }) {
      let waiter = waiters.remove(at: index)
      take(waiter.server)
      let opensShared = beginShared(waiter.server, needsHTTP1: waiter.needsHTTP1)
      waiter.grant(.slot(opensShared: opensShared))
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

  /// Waits for a connection or for a place for a new one.
  private func wait(
    for server: OriginServer, _ wish: OriginLease.Wish, _ parker: Parker
  ) async throws(OriginFault) -> ConnectionWaiter.Grant {
    guard waiters.count < policy.waitingExchanges else {
      throw .failure(Failure(.connectionLimitReached, "too many requests wait", isRetryable: true))
    }
    let waiter = ConnectionWaiter(server, needsHTTP1: wish.needsHTTP1, parker)
    waiters.append(waiter)
    let deadline = lane.loop.now + policy.waitTimeout
    while true {
      let outcome = await parker.park(until: deadline)
      if let grant = waiter.grant {
        guard outcome == .cancelled else { return grant }
        giveBack(grant, of: server)
        throw .client(.cancelled)
      }
      if outcome == .woken { continue }
      waiters.removeAll { $0 === waiter }
      if outcome == .cancelled { throw .client(.cancelled) }
      throw .failure(
        Failure(
          .connectionLimitReached, "no connection to the origin became free",
          isRetryable: true))
    }
  }

  /// Hands what a waiter does not want any more to the others.
  private func giveBack(_ grant: ConnectionWaiter.Grant, of server: OriginServer) {
    switch grant {
    case .lease(.http1(let connection)): release(connection, of: server)
    case .lease(.http2(let connection)): share(connection, of: server)
    case .slot(let opensShared):
      if opensShared { server.opensShared = false }
      slotFreed(of: server)
    }
  }

  // MARK: - Opening

  /// Whether a new connection to `server` may turn out to be one of HTTP/2.
  private func offersHTTP2(_ server: OriginServer, needsHTTP1: Bool) -> Bool {
    server.configuration.scheme == .https && policy.allowsHTTP2 && !needsHTTP1
  }

  /// Makes the next connection the one that all who come until it is open wait for, to share it, and
  /// says whether it is: there is one of a server at a time. Whoever opens it ends that.
  private func beginShared(_ server: OriginServer, needsHTTP1: Bool) -> Bool {
    guard offersHTTP2(server, needsHTTP1: needsHTTP1), server.speaksHTTP2, !server.opensShared
    else { return false }
    server.opensShared = true
    return true
  }

  /// Opens a connection in the place that was taken for it, which is free again if that fails.
  private func open(
    _ server: OriginServer, _ wish: OriginLease.Wish, opensShared: Bool, _ parker: Parker
  ) async throws(OriginFault) -> OriginLease {
    do throws(OriginFault) {
      let lease = try await connect(server, wish, parker)
      if opensShared {
        server.opensShared = false
        // Whoever waited for this connection and did not get it may open one.
        grantSlots()
      }
      return lease
    } catch {
      if opensShared {
        server.opensShared = false
        // All who waited may try at once: one after the other, each would wait for as long again.
        if error.blamesOrigin { server.speaksHTTP2 = false }
      }
      slotFreed(of: server)
      throw error
    }
  }

  private func connect(
    _ server: OriginServer, _ wish: OriginLease.Wish, _ parker: Parker
  ) async throws(OriginFault) -> OriginLease {
    let addresses = try await addresses(of: server, parker)
    let offersHTTP2 = offersHTTP2(server, needsHTTP1: wish.needsHTTP1)
    var security: ClientSecurity?
    if server.configuration.scheme == .https {
      security = try await resolver.security.security(
        for: server, protocols: offersHTTP2 ? [.http2, .http11] : [.http11])
    }
    do throws(HTTPClientError) {
      let connection = try await ClientConnection.open(
        to: server.rotated(addresses), on: lane,
        timeout: server.configuration.timeouts.connect, security: security, parker: parker)
      if let roundTrip = connection.roundTripNanoseconds {
        roundTrips.add(roundTrip, at: lane.loop.now)
      }
      let isHTTP2 = connection.applicationProtocol == .http2
      if offersHTTP2 { server.speaksHTTP2 = isHTTP2 }
      guard isHTTP2 else {
        return .http1(HTTP1ClientConnection(connection, owner: server))
      }
      let shared = try HTTP2ClientConnection(
        connection, owner: server, memory: resolver.security.memory,
        idleTimeout: policy.idleTimeout)
      server.add(shared)
      share(shared, of: server)
      return .http2(shared)
    } catch {
      throw .client(error)
    }
  }

  private func addresses(
    of server: OriginServer, _ parker: Parker
  ) async throws(OriginFault) -> [SocketAddress] {
    if let fixed = server.fixedAddress { return [fixed] }
    do throws(Failure) {
      return try await resolver.addresses(
        of: server.configuration.host, port: server.configuration.port, for: zone,
        parker: parker)
    } catch {
      throw .failure(error)
    }
  }
}

/// An exchange that waits for a connection.
private final class ConnectionWaiter {
  /// What the exchange was given.
  enum Grant {
    case lease(OriginLease)
    /// May open one; `opensShared` if others wait to share it.
    case slot(opensShared: Bool)
  }

  let server: OriginServer
  let needsHTTP1: Bool
  /// Nil while it waits.
  private(set) var grant: Grant?
  private let parker: Parker

  init(_ server: OriginServer, needsHTTP1: Bool, _ parker: Parker) {
    self.server = server
    self.needsHTTP1 = needsHTTP1
    self.parker = parker
  }

  /// Waits for a connection that somebody else opens.
  var joinsOpening: Bool { server.opensShared && !needsHTTP1 }

  func grant(_ grant: Grant) {
    self.grant = grant
    parker.wake()
  }
}
