// One origin of a zone on one loop: its connections and its health.

import HTTPClient
import Primitives
import Runtime
import TLS

/// One of a zone's origins, with the connections that wait for their next exchange.
///
/// Confined to its loop.
final class OriginServer: @unchecked Sendable {
  // Confined to its loop.
  let configuration: OriginConfiguration
  /// What Host says instead of the client's authority.
  let authority: [UInt8]?
  /// The address, if the configuration gives one instead of a name.
  let fixedAddress: SocketAddress?
  let isTLS: Bool
  let timeouts: ClientTimeouts
  var health = PassiveHealth()
  /// What health checks say; well where there are none.
  var active = ActiveHealth()
  /// Connections that are open, being opened, or promised.
  var openCount = 0
  /// The authorities that the zone names for this origin.
  var trust: TLSTrust?
  /// What the origin gave to take up the last TLS session.
  private var resumption: TLSResumption?
  /// Nil once the zone has given the pool up: its `deinit` says so, on this loop, where its zone's state ends.
  private var ownPool = UncountedReference<OriginPool>(nil)
  /// The last TLS handshake that offered HTTP/2 agreed on it, and whoever waited for a connection to
  /// share has got one.
  var speaksHTTP2 = false
  /// A connection is being opened that all who wait will share.
  var opensShared = false
  private var shared: [HTTP2ClientConnection] = []
  private var idle: [HTTP1ClientConnection] = []
  private var rotation = 0

  init(_ configuration: OriginConfiguration) {
    self.configuration = configuration
    authority = configuration.hostHeader.map { Array($0.utf8) }
    fixedAddress = SocketAddress(host: configuration.host, port: configuration.port)
    isTLS = configuration.scheme == .https
    var timeouts = ClientTimeouts()
    timeouts.connect = configuration.timeouts.connect
    timeouts.firstByte = configuration.timeouts.firstByte
    timeouts.betweenBytes = configuration.timeouts.idle
    self.timeouts = timeouts
  }

  /// Whether an exchange may go to it.
  func admits(now: Instant) -> Bool { active.isWell && health.admits(now: now) }

  /// `pool` says nil before it ends.
  func belong(to pool: OriginPool?) { ownPool = UncountedReference(pool) }

  private var pool: OriginPool? { ownPool.counted }

  var idleCount: Int { idle.count }

  /// The connection used last, if it may be used again; those that may not are closed.
  func takeIdle(_ policy: OriginPolicy, now: Instant, mustBeOpen: Bool) -> HTTP1ClientConnection? {
    while let connection = idle.popLast() {
      let mayServe = connection.isReusable(
        now: now, maximumAge: policy.maximumConnectionAge,
        maximumExchanges: policy.exchangesPerConnection)
      if mayServe && (!mustBeOpen || connection.isStillOpen()) { return connection }
      connection.close()
    }
    return nil
  }

  /// The last TLS session's, for one new connection (RFC 8446 appendix C.4).
  func takeResumption() -> TLSResumption? {
    defer { resumption = nil }
    return resumption
  }

  /// Keeps a connection for the next exchange.
  func keepIdle(_ connection: HTTP1ClientConnection, for timeout: Duration) {
    idle.append(connection)
    connection.waitIdle(for: timeout)
  }

  /// Closes the connection that has been idle for longest.
  func closeOldestIdle() {
    if let oldest = idle.first { oldest.close() }
  }

  func closeIdle() {
    for connection in idle { connection.close() }
    for connection in shared { connection.drain() }
  }

  // MARK: - HTTP/2

  /// Whether there is a connection that exchanges share.
  var isShared: Bool { !shared.isEmpty }

  func add(_ connection: HTTP2ClientConnection) { shared.append(connection) }

  /// A shared connection that another exchange may begin on.
  func shared(_ policy: OriginPolicy, now: Instant) -> HTTP2ClientConnection? {
    shared.first { room(of: $0, policy, now: now) > 0 }
  }

  func room(of connection: HTTP2ClientConnection, _ policy: OriginPolicy, now: Instant) -> Int {
    connection.room(
      now: now, maximumAge: policy.maximumConnectionAge,
      maximumExchanges: policy.exchangesPerConnection)
  }

  /// `addresses` with another one first each time, so that all of them get their share.
  func rotated(_ addresses: [SocketAddress]) -> [SocketAddress] {
    guard addresses.count > 1 else { return addresses }
    rotation = (rotation + 1) % addresses.count
    return Array(addresses[rotation...] + addresses[..<rotation])
  }

  /// Keeps what the origin gave to take its TLS session up again.
  private func keep(_ resumption: TLSResumption?) {
    if let resumption { self.resumption = resumption }
  }

  private func slotFreed() {
    guard let pool else {
      openCount -= 1
      return
    }
    pool.slotFreed(of: self)
  }
}

extension OriginServer: ClientConnectionOwner {
  func connectionBecameIdle(_ connection: HTTP1ClientConnection) {
    keep(connection.takeResumption())
    guard let pool else { return connection.close() }
    pool.release(connection, of: self)
  }

  func connectionClosed(_ connection: HTTP1ClientConnection) {
    if let index = idle.lastIndex(where: { $0 === connection }) { idle.remove(at: index) }
    slotFreed()
  }
}

extension OriginServer: HTTP2ClientConnectionOwner {
  func connectionHasRoom(_ connection: HTTP2ClientConnection) {
    keep(connection.takeResumption())
    pool?.share(connection, of: self)
  }

  func connectionClosed(_ connection: HTTP2ClientConnection) {
    shared.removeAll { $0 === connection }
    slotFreed()
  }
}
