// Connections of one loop to one server.

import Exchange
import HTTPClient
import Primitives
package import Runtime

/// The connections to a peer, which all zones of the loop share, and whether it is well.
///
/// Confined to its loop.
package final class PeerLink: @unchecked Sendable {
  // Confined to its loop.
  package let server: TierTopology.Server
  /// The server's position in the topology.
  var position: Int
  private(set) var health = PeerHealth() { didSet { standing.note(isWell: health.isWell) } }
  /// Exchanges that wait for their response's head.
  var exchanges = 0
  var figures = PeerFigures()
  /// How long heads take to come.
  var headTime = QuantileEstimate()
  private let network: PeerNetwork
  private var connections: [any PeerConnection] = []
  /// What loops that use the connections know.
  private let standing = PeerStanding()
  private var isLent = false
  private var isOpening = false
  private var failedOpenings = 0
  /// It failed, and is looked for now and then.
  private var isSought = false
  private var waiters: [Parker] = []
  private var isClosed = false
  /// Which topology the server was told last that this one has.
  var told: (fingerprint: UInt64, at: Instant)?
  /// What it said of its own.
  var known: KnownTopology?

  init(_ server: TierTopology.Server, at position: Int, of network: PeerNetwork) {
    self.server = server
    self.position = position
    self.network = network
  }

  private var loop: EventLoop { network.loop }
  /// Where connections are served.
  package var lane: Lane { network.lane }

  /// Whether requests may go there.
  var isWell: Bool { !server.isDraining && isReachable }
  /// Whether messages may go there, which a drained server gets as well.
  var isReachable: Bool { health.isWell && connections.allSatisfy(\.isWell) }
  /// Connections of the loop's own.
  var connectionCount: Int { connections.count { $0.isOwn } }
  var roundTripNanoseconds: UInt64? { connections.compactMap(\.roundTripNanoseconds).min() }

  /// A connection with room for one more exchange. Waits on `parker`.
  func connection(_ parker: Parker) async throws(PeerFault) -> any PeerConnection {
    let deadline = loop.now + TierLimits.waitDuration
    let failures = failedOpenings
    while true {
      if let connection = connections.first(where: { $0.room > 0 }) { return connection }
      if parker.isCancelled { throw .cancelled }
      if failedOpenings > failures || isClosed { throw .unreachable }
      guard loop.now < deadline, waiters.count < TierLimits.waiters else { throw .busy }
      if openable { beginOpening() }
      waiters.append(parker)
      let outcome = await parker.park(until: deadline)
      waiters.removeAll { $0 === parker }
      if outcome == .cancelled { throw .cancelled }
    }
  }

  /// Sends a request that `write` makes and waits on `parker` for the head of its response; once more where a
  /// connection turns out to take nothing.
  func exchange(
    _ parker: Parker, _ write: () throws(PeerFault) -> ClientRequest
  ) async throws(PeerFault) -> FetchedResponse {
    var isSecond = false
    while true {
      let connection = try await connection(parker)
      let request = try write()
      do throws(HTTPClientError) {
        return try await connection.exchange(request, parker: parker)
      } catch {
        switch error {
        case .cancelled: throw .cancelled
        case .notTaken where !isSecond: isSecond = true
        default: throw .connection(error)
        }
      }
    }
  }

  /// Another loop uses the connections from now on: how this one gets on with the server.
  func lend() -> PeerStanding {
    isLent = true
    return standing
  }

  /// Looks how far the server is, and with that whether it lives.
  func probe() {
    guard isWell else { return }
    guard let connection = connections.first else { return beginOpening() }
    if !connection.measure() { failed(.connection(.unresponsive)) }
  }

  /// Whether one more connection may be opened: those that take no more requests do not count.
  private var openable: Bool {
    connections.count { $0.takesRequests } < network.connectionsPerServer
  }

  private func beginOpening() {
    guard !isOpening else { return }
    isOpening = true
    network.lane.start { await self.open() }
  }

  private func open() async {
    let parker = Parker(on: network.lane)
    do throws(HTTPClientError) {
      let connection = try await network.transport.open(for: self, parker: parker)
      connections.append(connection)
      if connection.isOwn { figures.connections += 1 }
      isOpening = false
      health.succeeded()
      if isClosed { connection.drain() }
    } catch {
      isOpening = false
      failedOpenings += 1
      failed(.connection(error), isOpening: true)
    }
    wakeAll()
  }

  private func wakeAll() {
    let woken = waiters
    waiters.removeAll()
    for waiter in woken { waiter.wake() }
  }

  func answered() {
    figures.answers += 1
    health.succeeded()
  }

  /// The server has answered another loop, which counts it.
  func lentAnswered() { health.succeeded() }

  /// An exchange came to nothing, of this loop's or `forOther` one, which counts it; or the opening of a connection,
  /// which no request has to do with.
  func failed(_ fault: PeerFault, forOther: Bool = false, isOpening: Bool = false) {
    guard fault.isFailure, case .connection(let error) = fault else { return }
    if !forOther { figures.failures += 1 }
    figures.lastFailure = "\(error)"
    guard fault.blamesServer || isOpening else { return }
    // Those who were asked on the same connection say the same: it counts once.
    if health.isWell { health.failed() }
    guard !isSought, !isClosed else { return }
    isSought = true
    network.lane.start { await self.seek() }
  }

  /// Looks until the server is back: opens a connection, or asks on those that are left.
  private func seek() async {
    let parker = Parker(on: network.lane)
    while !health.isWell, !isClosed {
      _ = await parker.park(until: loop.now + health.rest)
      if connections.contains(where: { $0.room > 0 && $0.isWell }) {
        health.succeeded()
      } else if !isOpening, openable {
        isOpening = true
        await open()
        if !health.isWell { health.failed() }
      }
    }
    isSought = false
  }

  /// The topology has it no more: what is under way ends.
  func close() {
    isClosed = true
    for connection in connections { connection.drain() }
    wakeAll()
  }

  /// An exchange on one of its connections has ended: another may begin.
  package func hasRoom(_ connection: any PeerConnection) {
    if isLent { standing.note(roundTripNanoseconds: roundTripNanoseconds) }
    guard !waiters.isEmpty else { return }
    guard connection.takesRequests else { return wakeAll() }
    for waiter in waiters.prefix(connection.room) { waiter.wake() }
  }

  /// One of its connections is gone.
  package func isGone(_ connection: any PeerConnection) {
    connections.removeAll { $0 === connection }
    if isLent { standing.note(roundTripNanoseconds: roundTripNanoseconds) }
    wakeAll()
  }
}
