// A server of a simulated fleet.

import Cache
import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime
import Tiers

/// A server with a cache, its connections and its purges: what it runs is Skerry's own, but for sockets and the
/// disk. Confined to its loop.
final class SimulatedServer: @unchecked Sendable {
  // Confined to its loop.
  unowned let world: SimulatedWorld
  let position: Int
  let name: String
  let lane: Lane
  private(set) var isUp = false
  private(set) var isCurrent = false
  /// How many times it has started.
  private(set) var life = 0
  private(set) var network: PeerNetwork
  private(set) var stage: CacheStage
  private(set) var cache: CacheGroup
  private var source: TierSource
  private let relay: PurgeRelay
  var connections: [SimulatedConnection] = []
  var drivers: [ObjectIdentifier: SimulatedDriver] = [:]
  /// What others are owed, which is on the disk.
  var ledger: [(server: String, purge: OwedPurge)] = []
  private var purges: UInt64 = 0
  private var owed: UInt64 = 0
  /// Requests of tiers below that were answered here.
  private(set) var asked = 0

  static let handler = SimulatedHandler()

  init(at position: Int, in world: SimulatedWorld) {
    self.world = world
    self.position = position
    name = world.topology.servers[position].name
    lane = Lane(loop: world.loop, name: name)
    relay = PurgeRelay(on: lane)
    cache = Self.cache(world)
    (network, source, stage) = Self.made(at: position, in: world, lane, cache, life: 1)
  }

  private static func cache(_ world: SimulatedWorld) -> CacheGroup {
    CacheGroup(
      loops: [world.loop], ramBytes: 64 << 20, hash: KeyedHash(key0: 7, key1: 11),
      background: world.loop.systemLane)
  }

  private static func made(
    at position: Int, in world: SimulatedWorld, _ lane: Lane, _ cache: CacheGroup, life: Int
  ) -> (PeerNetwork, TierSource, CacheStage) {
    let network = PeerNetwork(
      loop: world.loop, loops: 1, route: TierRoute(world.topology, own: position),
      transport: SimulatedTransport(world, position), sideways: SidewaysRequests(),
      nearness: OriginNearness(own: world.topology.servers[position].name))
    let source = TierSource(
      network, above: SimulatedOriginSource(world.origin, position, life: life, on: lane),
      zone: SimulatedWorld.zoneName, lane: lane, choice: world.plan.choice)
    let stage = CacheStage(
      zone: SimulatedWorld.zone, policies: .standard, shard: cache.shards[0], lane: lane,
      below: source)
    return (network, source, stage)
  }

  var route: TierRoute { network.route }
  var pop: Int { world.topology.servers[position].pop }

  // MARK: - Life

  /// Begins to serve, once it has what it missed; for the first time nobody was there before.
  func start() {
    isUp = true
    life += 1
    network.start()
    guard life > 1 else {
      isCurrent = true
      return
    }
    let desk = SimulatedDesk(self)
    lane.start { await self.join(desk) }
  }

  private func join(_ desk: SimulatedDesk) async {
    await relay.catchUp(until: world.now + .seconds(5), at: desk)
    if desk.isLive { isCurrent = true }
  }

  /// Tells others, from time to time, what they are owed.
  func settle() {
    guard isUp, !ledger.isEmpty else { return }
    let desk = SimulatedDesk(self)
    lane.start { await self.relay.settle(at: desk) }
  }

  /// The process is gone. What its cache had is there when it comes back, if it `keepsCache`.
  func crash(keepsCache: Bool) {
    isUp = false
    isCurrent = false
    network.stop()
    for driver in drivers.values { driver.kill() }
    drivers = [:]
    for connection in connections { connection.broke(at: self) }
    connections = []
    if !keepsCache { cache = Self.cache(world) }
    (network, source, stage) = Self.made(at: position, in: world, lane, cache, life: life + 1)
  }

  /// Ends what would go on for ever.
  func stop() {
    network.stop()
    for connection in connections { connection.drain() }
    connections = []
  }

  // MARK: - Requests

  /// A client's.
  func visit(_ exchange: Exchange) { SimulatedDriver(exchange, at: self).begin() }

  /// What another server sent, with the content of a message.
  func take(_ exchange: Exchange, from client: SimulatedServer, _ content: [UInt8]) {
    let reception = PeerReception(
      exchange.request, to: name, in: world.topology, isCurrent: isCurrent
    ) { $0 == client.name }
    switch reception {
    case .refused: refuse(exchange)
    case .message(let subject, let sender):
      let message = PeerMessage(subject, from: sender, content)
      let desk = SimulatedDesk(self)
      lane.start { await self.receive(message, exchange, desk) }
    case .request(let field):
      guard network.admit(exchange, field) else { return refuse(exchange) }
      if !route.isBeside(client.position) { asked += 1 }
      visit(exchange)
    }
  }

  private func receive(
    _ message: PeerMessage, _ exchange: Exchange, _ desk: SimulatedDesk
  ) async {
    var status = network.hear(message)
    if status == nil { status = await relay.receive(message, at: desk) ? 204 : 503 }
    exchange.response.reset()
    exchange.response.status = status ?? 503
    exchange.sink?.respond(exchange)
  }

  private func refuse(_ exchange: Exchange) {
    exchange.response.status = 503
    exchange.response.contentLength = 0
    PeerVerdict.refused.append(to: &exchange.response.fields)
    exchange.sink?.respond(exchange)
  }

  // MARK: - Purges

  /// Purges an object, or everything, from the caches of all servers; `done` hears which of them are owed it, under
  /// which number, unless this server dies meanwhile.
  func purgeEverywhere(_ object: Int?, done: @escaping ([String], UInt64?) -> Void) {
    let desk = SimulatedDesk(self, isForOne: true)
    let box = Box(done)
    lane.start { await self.purge(object, desk, box) }
  }

  private struct Box: @unchecked Sendable {
    // Called on the same loop.
    let done: ([String], UInt64?) -> Void
    init(_ done: @escaping ([String], UInt64?) -> Void) { self.done = done }
  }

  private func purge(_ object: Int?, _ desk: SimulatedDesk, _ box: Box) async {
    guard let number = relay.begin(at: desk) else { return }
    apply(object)
    let purge = NumberedPurge(number: number, texts: [SimulatedWorld.text(object)])
    let outcome = await relay.relay(purge, at: desk) { self.apply(object) }
    if desk.isLive, let outcome { box.done(outcome.away, desk.owedNumber) }
  }

  /// Purges here.
  func apply(_ object: Int?) {
    purges += 1
    let items = object.map {
      [
        CachePolicies.standard.purgeItem(
          host: SimulatedWorld.host, path: Array(SimulatedWorld.path($0).utf8))
      ]
    }
    cache.apply(
      Purge(
        isSoft: false, isEverything: items == nil, items: items ?? [],
        time: world.loop.wallTime),
      sequence: purges, to: SimulatedWorld.zone)
  }

  func owe(_ text: [UInt8], to servers: [String], under kept: UInt64?) -> UInt64 {
    let number = kept ?? owed + 1
    owed = max(owed, number)
    for server in servers {
      ledger.append((server, OwedPurge(number: number, text: text)))
    }
    return number
  }
}

/// Exchanges are driven by their drivers.
final class SimulatedHandler: ExchangeHandler, Sendable {
  func handle(_ exchange: Exchange) -> Handling { .pending }
}

/// Opens connections of one server.
final class SimulatedTransport: PeerTransport, @unchecked Sendable {
  // Confined to its loop.
  private unowned let world: SimulatedWorld
  private let position: Int

  init(_ world: SimulatedWorld, _ position: Int) {
    self.world = world
    self.position = position
  }

  /// A connection and its handshake take two round trips.
  func open(
    for link: PeerLink, parker: Parker
  ) async throws(HTTPClientError) -> any PeerConnection {
    let client = world.servers[position]
    guard let other = world.topology.server(named: link.server.name) else {
      throw .connectTimedOut
    }
    let server = world.servers[other]
    let life = client.life
    let deadline = world.now + TierLimits.connectDuration
    for _ in 0..<2 {
      var hasCome = false
      var isRefused = false
      var ways = (up: Instant(nanoseconds: 0), down: Instant(nanoseconds: 0))
      world.deliver(from: client, to: server, after: &ways.up) { [world] in
        let isUp = server.isUp
        world.deliver(from: server, to: client, after: &ways.down) {
          hasCome = isUp
          isRefused = !isUp
          parker.wake()
        }
      }
      while !hasCome, !isRefused, world.now < deadline { _ = await parker.park(until: deadline) }
      if isRefused {
        throw .connectFailed(RuntimeError("connect to", link.server.name, result: -111))
      }
      guard hasCome else { throw .connectTimedOut }
    }
    guard client.life == life, client.isUp, server.isUp else { throw .closedBeforeResponse }
    return SimulatedConnection(from: client, to: server, for: link)
  }
}
