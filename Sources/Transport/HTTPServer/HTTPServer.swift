// The client connections of one loop.

package import Exchange
package import HTTP
import HTTP2Engine
import Primitives
package import Runtime
package import TLS

/// Serves client connections on one loop: makes them, counts them, closes them.
///
/// Confined to its loop.
package final class HTTPServer: @unchecked Sendable {
  // Confined to its loop.
  package let loop: EventLoop
  package let handler: any ExchangeHandler
  /// Where certificates come from; nil for servers without TLS.
  package var certificates: (any CertificateSource)?
  package private(set) var isDraining = false
  /// Requests whose heads came in, since the start.
  package internal(set) var requestCount: UInt64 = 0

  /// Plaintext and ciphertext in passing; empty between pieces of work.
  var plaintext: [UInt8] = []
  var ciphertext: [UInt8] = []
  /// Plaintext that was just decrypted.
  var decrypted = [UInt8](repeating: 0, count: RuntimeLimits.inputBytes)
  var dates = HTTPDateCache()
  let acceptor: TLSAcceptor?
  let scratch = HTTP2Scratch()
  /// What HTTP/2 clients are granted.
  let streamLimits: HTTP2Limits
  /// Whether its clients are servers of our own.
  let isOfFleet: Bool
  /// A connection is in its turn: what is gathered in the loop's output is its own.
  var isInTurn = false
  private var connections: [ServerConnection] = []
  /// Exchanges as new, for reuse.
  private var exchanges: [Exchange] = []
  /// Exchanges that are over, but to which code that runs just now may still refer.
  private var spentExchanges: [Exchange] = []
  private var listeners: [Listener] = []
  private lazy var draining = ConnectionDrain(self)
  /// Connections that may be open at once; at it the listeners pause.
  private let connectionLimit: Int
  /// Connections that are open, by the hash of their source's prefix.
  private var connectionsOfSources = [Int](
    repeating: 0, count: HTTPServerLimits.sourceSlots)
  /// Connections that were refused because their source had too many, since the start.
  package private(set) var refusedConnectionCount: UInt64 = 0

  /// A server whose requests `handler` answers; `acceptor` is where TLS connections begin. Where its
  /// clients are servers of our own, each has at most `peerStreams` requests under way.
  package init(
    loop: EventLoop, handler: any ExchangeHandler, acceptor: TLSAcceptor? = nil,
    connectionLimit: Int = HTTPServerLimits.connectionsPerLoop, peerStreams: Int? = nil
  ) {
    var limits = HTTP2Limits()
    limits.streamWindowBytes = HTTPServerLimits.unaskedBodyBytes
    if let peerStreams {
      limits.concurrentStreams = peerStreams
      limits.headerListBytes += FieldLimits.addedFieldBytes
      // What many clients break off comes by one connection.
      limits.resets = HTTPServerLimits.peerResetsPerStream * peerStreams
    }
    streamLimits = limits
    isOfFleet = peerStreams != nil
    self.loop = loop
    self.connectionLimit = connectionLimit
    self.acceptor = acceptor
    self.handler = handler
    plaintext.reserveCapacity(RuntimeLimits.inputBytes)
    ciphertext.reserveCapacity(RuntimeLimits.outputBytes)
  }

  package var connectionCount: Int { connections.count }

  /// Why connections could not be accepted the last time that happened; nil if it never did.
  package var lastAcceptError: RuntimeError? { listeners.compactMap(\.lastError).last }

  /// Serves connections from the listening socket `descriptor`. On the loop.
  package func listen(on descriptor: Int32, scheme: RequestHead.Scheme) throws(RuntimeError) {
    let listener = Listener(descriptor: descriptor, loop: loop) { [unowned self] socket, peer in
      accept(socket, from: peer, scheme: scheme)
    }
    try listener.register()
    listeners.append(listener)
    // A client may have connected before the registration.
    listener.enqueue()
  }

  /// Accepts no more connections than have come (at the bound of connections as others end), and closes
  /// each after what it is doing. On the loop.
  package func drain() {
    isDraining = true
    for listener in listeners { listener.finish() }
    draining.begin(connections.count)
  }

  /// Cuts off what is still under way, before the process ends: its clients see that it broke off. What
  /// was sent whole is the kernel's to deliver.
  package func cutOff() {
    for connection in connections.reversed() { connection.cutOff() }
  }

  /// Drains the connection at `index` of the list, if the list is that long.
  func drainConnection(at index: Int) {
    if index < connections.count { connections[index].drain() }
  }

  private func accept(_ socket: Int32, from peer: SocketAddress, scheme: RequestHead.Scheme) {
    let connection = ServerConnection(
      descriptor: socket, peer: peer, isTLS: scheme == .https, server: self)
    let slot = Self.slot(of: peer)
    guard connectionsOfSources[slot] < HTTPServerLimits.sourceShare(of: connectionLimit) else {
      refusedConnectionCount += 1
      return connection.abort()
    }
    connectionsOfSources[slot] += 1
    connection.registryIndex = connections.count
    connections.append(connection)
    if connections.count >= connectionLimit {
      for listener in listeners { listener.pause() }
    }
    connection.begin()
  }

  func connectionClosed(_ connection: ServerConnection) {
    let index = connection.registryIndex
    guard index >= 0 else { return }
    let last = connections.removeLast()
    if last !== connection {
      connections[index] = last
      last.registryIndex = index
    }
    connection.registryIndex = -1
    connectionsOfSources[Self.slot(of: connection.client.address)] -= 1
    if connections.count == connectionLimit - 1 {
      for listener in listeners { listener.resume() }
    }
  }

  private static func slot(of peer: SocketAddress) -> Int {
    Int(truncatingIfNeeded: peer.prefixHash) & (HTTPServerLimits.sourceSlots - 1)
  }

  /// An exchange as new for a request of `connection`, and part of its flow.
  func takeExchange(for connection: ServerConnection) -> Exchange {
    if exchanges.isEmpty { recycle() }
    let exchange =
      exchanges.popLast()
      ?? Exchange(on: connection.lane, client: connection.client, handler: handler)
    exchange.move(to: connection.lane)
    exchange.client = connection.client
    exchange.join(connection)
    exchange.parker.join(connection)
    return exchange
  }

  /// Takes an exchange back that `connection` is done with.
  func giveBack(_ exchange: Exchange, of connection: ServerConnection) {
    exchange.parker.leave(connection)
    exchange.sink = nil
    exchange.response.body = .none
    spentExchanges.append(exchange)
  }

  /// Makes spent exchanges new. To be called when a turn begins, not when it ends: whoever answered
  /// may still refer to its exchange then. An exchange that somebody (a task, whoever wakes it)
  /// refers to even now is left to them, and is not used again.
  func recycle() {
    while var exchange = spentExchanges.popLast() {
      guard exchanges.count < HTTPServerLimits.pooledExchanges,
        isKnownUniquelyReferenced(&exchange), exchange.ownsParkerAlone,
        exchange.retainedFieldBytes <= HTTPServerLimits.pooledFieldBytes
      else { continue }
      exchange.reset()
      exchanges.append(exchange)
    }
  }
}
