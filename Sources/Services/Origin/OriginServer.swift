// One origin of a zone on one loop: its connections and its health.

import HTTPClient
import Primitives
import Runtime
import TLS

/// One of a zone's origins, with the connections that wait for their next exchange.
///
/// Confined to its loop.
final class OriginServer: ClientConnectionOwner, @unchecked Sendable {
  // Confined to its loop.
  let configuration: OriginConfiguration
  /// What Host says instead of the client's authority.
  let authority: [UInt8]?
  /// The address, if the configuration gives one instead of a name.
  let fixedAddress: SocketAddress?
  var health = PassiveHealth()
  /// Connections that are open, being opened, or promised.
  var openCount = 0
  /// The authorities that the zone names for this origin.
  var trust: TLSTrust?
  /// What the origin gave to take up the last TLS session.
  private var resumption: TLSResumption?
  /// Nil once the zone has given the pool up.
  private weak var pool: OriginPool?
  private var idle: [HTTP1ClientConnection] = []
  private var rotation = 0

  init(_ configuration: OriginConfiguration) {
    self.configuration = configuration
    authority = configuration.hostHeader.map { Array($0.utf8) }
    fixedAddress = SocketAddress(host: configuration.host, port: configuration.port)
  }

  func belong(to pool: OriginPool) { self.pool = pool }

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
  }

  /// `addresses` with another one first each time, so that all of them get their share.
  func rotated(_ addresses: [SocketAddress]) -> [SocketAddress] {
    guard addresses.count > 1 else { return addresses }
    rotation = (rotation + 1) % addresses.count
    return Array(addresses[rotation...] + addresses[..<rotation])
  }

  // MARK: - ClientConnectionOwner

  func connectionBecameIdle(_ connection: HTTP1ClientConnection) {
    if let resumption = connection.takeResumption() { self.resumption = resumption }
    guard let pool else { return connection.close() }
    pool.release(connection, of: self)
  }

  func connectionClosed(_ connection: HTTP1ClientConnection) {
    if let index = idle.lastIndex(where: { $0 === connection }) { idle.remove(at: index) }
    guard let pool else {
      openCount -= 1
      return
    }
    pool.slotFreed(of: self)
  }
}
