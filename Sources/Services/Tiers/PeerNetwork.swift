// The peers of one loop.

package import Exchange
import HTTP
import HTTPClient
package import Primitives
package import Runtime

/// Connects one loop to this server's peers, on behalf of all zones.
///
/// Confined to its loop.
package final class PeerNetwork: @unchecked Sendable {
  // Confined to its loop.
  let loop: EventLoop
  /// Where connections are served, which are no zone's own.
  package let lane: Lane
  let connectionsPerServer: Int
  /// Those of them that are other loops', by zone.
  private var lentExchanges: [ZoneID: Int] = [:]
  /// The lane that a zone has on the loop; nil if it has none.
  package var zoneLane: ((ZoneID) -> Lane?)?
  let transport: any PeerTransport
  package private(set) var route: TierRoute
  /// That of the topology.
  private(set) var fingerprint: UInt64
  let sideways: SidewaysRequests
  package let nearness: OriginNearness
  private(set) var links: [PeerLink]
  /// Requests of all zones that are with peers.
  var exchanges = 0
  /// What all zones together may hedge.
  var hedges = HedgeBudget(burst: TierLimits.hedgeBurst)
  /// Which of the routes it is: positions are those of one topology.
  private(set) var generation = 0
  private var isStopped = false
  /// The regional parents, as positions in the route.
  private var parents: ParentOrder

  /// The network of one of `loops` loops; `sideways` and `nearness` are those of all.
  package init(
    loop: EventLoop, loops: Int, route: TierRoute, transport: any PeerTransport,
    sideways: SidewaysRequests, nearness: OriginNearness
  ) {
    self.nearness = nearness
    self.loop = loop
    self.sideways = sideways
    self.route = route
    fingerprint = route.topology.fingerprint
    self.transport = transport
    lane = Lane(loop: loop, name: "peers", isCommon: true)
    connectionsPerServer = max(1, TierLimits.connectionsPerServer / loops)
    parents = ParentOrder(route.regional.count)
    links = []
    links = route.topology.servers.enumerated().map { PeerLink($1, at: $0, of: self) }
  }

  /// This server's name.
  package var ownName: String { route.ownName }

  /// Asks by another route from now on. Connections to servers that stay as they are stay.
  package func use(_ route: TierRoute) {
    var kept: [String: PeerLink] = [:]
    for link in links { kept[link.server.name] = link }
    links = route.topology.servers.enumerated().map { position, server in
      guard let link = kept[server.name], link.server.isSame(as: server) else {
        return PeerLink(server, at: position, of: self)
      }
      kept[server.name] = nil
      link.position = position
      return link
    }
    for link in kept.values { link.close() }
    self.route = route
    fingerprint = route.topology.fingerprint
    parents = ParentOrder(route.regional.count)
    generation += 1
  }

  /// Which of the loops lends its connections to the loop of that index; nil if that has its own: only the first
  /// ones have.
  package static func lender(of loop: Int) -> Int? {
    loop < TierLimits.connectionsPerServer ? nil : loop % TierLimits.connectionsPerServer
  }

  /// Counts a request of another loop's, until it has a head; false if the zone has as many of them as it leaves for
  /// the others.
  func beginLent(_ zone: ZoneID?) -> Bool {
    let count = zone.map { lentExchanges[$0] ?? 0 } ?? 0
    guard count < connectionsPerServer * TierLimits.streamsPerConnection - exchanges else {
      return false
    }
    if let zone { lentExchanges[zone] = count + 1 }
    exchanges += 1
    return true
  }

  /// Ends what `beginLent` began.
  func endLent(_ zone: ZoneID?) {
    exchanges -= 1
    guard let zone, let count = lentExchanges[zone] else { return }
    lentExchanges[zone] = count > 1 ? count - 1 : nil
  }

  /// The link to `server`, as this loop's topology has it.
  func link(to server: TierTopology.Server) -> PeerLink? {
    links.first { $0.server.name == server.name && $0.server.isSame(as: server) }
  }

  /// Begins to look now and then which parents are near, and whether they live. On the loop, once.
  package func start() { lane.start { await self.watch() } }

  /// Asks nobody any more: the server is no part of the fleet from now on.
  package func stop() {
    isStopped = true
    for link in links { link.close() }
    // They keep it, as it keeps them.
    links = []
    generation += 1
  }

  private func watch() async {
    let parker = Parker(on: lane)
    tellNearness()
    while !isStopped {
      for index in route.regional.prefix(TierLimits.measuredParents) { probe(index) }
      if let upper = route.upper { probe(upper) }
      _ = await parker.park(until: loop.now + TierLimits.probeInterval)
      guard !isStopped else { return }
      orderParents()
      tellNearness()
      tellTopology()
    }
  }

  private func probe(_ ranking: ServerRanking) {
    for server in ranking.servers.prefix(TierLimits.ranked) { links[server].probe() }
  }

  private func orderParents() {
    parents.measured(
      route.regional.map { ranking in
        ranking.servers.compactMap { links[$0].isWell ? links[$0].roundTripNanoseconds : nil }
          .min()
      })
  }

  /// Those above this server, nearest first.
  package var above: [ServerRanking] {
    parents.order.map { route.regional[$0] } + (route.upper.map { [$0] } ?? [])
  }

  /// Whether a zone has fewer requests with peers than it leaves for the others.
  func hasRoom(for source: TierSource) -> Bool {
    source.exchanges < connectionsPerServer * TierLimits.streamsPerConnection - exchanges
  }

  /// Makes of a peer's request, which came with `field`, one of the client that it was asked for. False if it
  /// is not answered here: where it has been before, or might wait for itself.
  package func admit(_ exchange: Exchange, _ field: PeerField) -> Bool {
    guard takes(field, exchange.request) else { return false }
    exchange.client.isPeer = true
    exchange.client.address = field.client ?? .local
    exchange.client.isTLS = field.isTLS
    // The zone is that of the request, whatever name the connection was made to.
    exchange.client.certificate = nil
    exchange.request.scheme = field.isTLS ? .https : .http
    exchange.facts.requestID = field.requestID
    return true
  }

  private func takes(_ field: PeerField, _ request: borrowing RequestHead) -> Bool {
    let own = Array(ownName.utf8)
    guard !field.hops.contains(own), let last = field.hops.last,
      let server = route.topology.server(named: String(decoding: last, as: UTF8.self))
    else { return false }
    if route.isBeside(server) {
      return !sideways.refuses(
        ServerRanking.hash(request.authority, request.path),
        to: route.topology.servers[server].name, asOwner: field.isOwner)
    }
    return route.isBelow(server)
  }

  /// The server to ask in a step: the first that is well, was not asked, and has not much more to do than
  /// its share; nil if there is none, or the step is one of an earlier route.
  func choose(
    _ step: TierRoute.Step, of generation: Int, but asked: [Int]
  ) -> PeerLink? {
    guard generation == self.generation else { return nil }
    let open = step.servers.filter { !asked.contains($0) && links[$0].isWell }
    guard let first = open.first else { return nil }
    let chosen = open.first { !isLoaded(links[$0], among: open) } ?? first
    return links[chosen]
  }

  /// Whether a server has more under way from this loop than its share of what those have together.
  private func isLoaded(_ link: PeerLink, among servers: [Int]) -> Bool {
    guard link.exchanges >= TierLimits.unboundedExchanges else { return false }
    var exchanges = 1
    var weights = 0
    for server in servers {
      exchanges += links[server].exchanges
      weights += links[server].server.weight
    }
    return link.exchanges * weights * 100
      >= exchanges * link.server.weight * TierLimits.loadPercent
  }

  /// Whether requests may go to the server at that position, as far as that is known.
  func isWell(_ server: Int) -> Bool { links.indices.contains(server) && links[server].isWell }

  /// Whether messages may go to the server at that position, as far as that is known.
  func isReachable(_ server: Int) -> Bool {
    links.indices.contains(server) && links[server].isReachable
  }

  /// Tells the server at that position something; false if it did not do what that says, and at once where it
  /// is known to be away unless there `isHope`. From a task of `lane`.
  package func tell(
    _ server: Int, _ subject: PeerMessage.Subject, _ content: [UInt8], isHope: Bool
  ) async -> Bool { await send(server, subject, content, isHope: isHope) == 204 }

  /// As `tell`: the status of the answer; nil if there is none.
  func send(
    _ server: Int, _ subject: PeerMessage.Subject, _ content: [UInt8], isHope: Bool
  ) async -> UInt16? {
    guard links.indices.contains(server), isHope || isReachable(server) else { return nil }
    let link = links[server]
    let parker = Parker(on: lane)
    var request = ClientRequest()
    request.head.method = .post
    request.head.scheme = .https
    request.head.authority = Array(link.server.name.utf8)
    request.head.path = Array(subject.rawValue.utf8)
    PeerField(hops: [Array(ownName.utf8)], client: nil, isTLS: true, requestID: 0)
      .append(to: &request.head.fields)
    request.body = .bytes(Bytes(content))
    request.timeouts.firstByte = TierLimits.messageDuration
    do throws(PeerFault) {
      let response = try await link.exchange(parker) { request }
      response.body.abandon()
      return response.head.status
    } catch { return nil }
  }

  /// Takes a message that is for the network; the status of the answer, nil for all others.
  package func hear(_ message: PeerMessage) -> UInt16? {
    switch message.subject {
    case .nearness: hearNearness(message) ? 204 : 503
    case .topology: hearTopology(message) ? 204 : 409
    case .purge, .purgeBegins, .purgeEnds, .owed: nil
    }
  }

  /// What the loop knows of the other servers.
  package var report: PeerReport {
    PeerReport(
      route: route, above: above,
      states: links.map { link in
        PeerReport.State(
          isWell: link.isWell, connections: link.connectionCount,
          roundTripNanoseconds: link.roundTripNanoseconds, figures: link.figures,
          topology: link.known.flatMap { $0.own == fingerprint ? $0 : nil })
      })
  }
}

extension TierTopology.Server {
  /// Whether connections to it may stay.
  fileprivate func isSame(as other: Self) -> Bool {
    address == other.address && isDraining == other.isDraining && weight == other.weight
  }
}
