// The edge: all loops, their servers and gateways.

package import Cache
import Exchange
package import HTTP
import HTTPServer
package import Location
package import NameService
import Origin
package import Reserve
import Primitives
package import Runtime
package import TLS
package import Tiers
package import Zones

/// Serves all zones of a store on all loops of a group.
package final class Edge: Sendable {
  package let group: EventLoopGroup
  package let directory: ZoneDirectory
  package let cache: CacheGroup
  /// The cache on disk; nil if there is none.
  package let disk: DiskCache?
  /// The reserve behind it; nil if there is none.
  package let reserve: Reserve?
  /// The servers beside this one; nil if it stands alone.
  package let fleet: Fleet?
  let nodes: [Node]
  let aliasLookups: AliasLookups
  /// Checks the addresses of zones' records.
  let recordChecks: RecordChecks
  /// What zones have paid of threads beside the loops, in nanoseconds.
  let paid = Guarded<[ObjectIdentifier: UInt64]>([:])
  /// What DNS cookies are made with now.
  private let cookies: Guarded<ServerCookies>

  /// One loop's server and gateway; confined to that loop.
  struct Node: @unchecked Sendable {
    // Confined to `gateway.loop`.
    let gateway: Gateway
    let server: HTTPServer
    let acceptor: TLSAcceptor
    let nameServer: NameServer
    /// Serves the other servers of the fleet; nil if there are none.
    var peerServer: HTTPServer?
  }

  /// An edge over `store`; call it once the group runs. Listens nowhere yet. Zones that nobody has
  /// used for `zoneIdleNanoseconds` leave memory at the next sweep. A network gets
  /// `responsesPerSecond` like responses over UDP, 0 is no limit. Who asks which server it is (RFC 5001)
  /// is told `nsid`, if that is not empty. `reserve` keeps what the cache
  /// lets go; `fleet` is asked before origins are; `locations` tells clients' countries. Targets of
  /// DNS aliases outside of their zones are asked for at `resolvers`, which is read beside the loops. `checks`
  /// says which addresses of records may be checked.
  package init(
    group: EventLoopGroup, store: ZoneStore, defaultZone: String?, ticketKeys: TLSTicketKeys,
    ramBytes: Int, disk: DiskCache? = nil, reserve: Reserve? = nil, fleet: Fleet? = nil,
    locations: LocationDatabase? = nil, responsesPerSecond: Int = 0, nsid: String = "",
    resolvers: @escaping @Sendable () -> [SocketAddress] = { [] },
    checks: CheckRules = CheckRules(),
    zoneIdleNanoseconds: UInt64 = GatewayLimits.zoneIdleNanoseconds
  ) throws(TLSError) {
    self.group = group
    var generator = SystemRandomNumberGenerator()
    let hasher = KeyedHash(using: &generator)
    let replays = EarlyDataReplayFilter(start: SystemClock.monotonic, hash: hasher)
    cache = CacheGroup(
      loops: group.loops, ramBytes: ramBytes, hash: KeyedHash(using: &generator),
      background: group.storage[1].systemLane, disk: disk.map { CacheDisk($0) },
      reserve: reserve.map { CacheReserve($0) },
      locations: locations, name: fleet.map { "skerry/\($0.ownName)" } ?? "skerry")
    let directory = ZoneDirectory(
      store: store, cache: cache, loop: group.storage[0], reader: group.storage[1],
      defaultZone: defaultZone)
    self.directory = directory
    self.disk = disk
    self.reserve = reserve
    self.fleet = fleet
    let connectionLimit = HTTPServerLimits.connections(
      descriptors: ProcessSettings.prepare(), loops: group.loops.count)
    var settings = NameServer.Settings(cookies: ServerCookies(using: &generator))
    settings.responsesPerSecond = responsesPerSecond
    settings.nsid = Array(nsid.utf8)
    settings.loops = group.loops.count
    cookies = Guarded(settings.cookies)
    let lookups = NameLookups(loop: group.storage[0], threads: group.lookups)
    aliasLookups = AliasLookups(loop: group.storage[0], servers: resolvers)
    recordChecks = RecordChecks(
      loop: group.storage[0], reader: group.storage[1], rules: checks)
    var nodes: [Node] = []
    for (loop, shard) in zip(group.loops, cache.shards) {
      let resolver = OriginResolver(loop: loop, lookups: lookups, reader: group.storage[1])
      let gateway = Gateway(
        loop: loop, shard: shard, directory: directory, resolver: resolver,
        aliasLookups: aliasLookups, recordChecks: recordChecks, hasher: hasher,
        connectionLimit: connectionLimit,
        zoneIdleNanoseconds: zoneIdleNanoseconds)
      let acceptor = try TLSAcceptor(ticketKeys: ticketKeys, replayFilter: replays)
      let server = HTTPServer(
        loop: loop, handler: gateway, acceptor: acceptor, connectionLimit: connectionLimit)
      server.certificates = gateway
      let nameServer = NameServer(
        loop: loop, directory: gateway, settings: settings, hasher: hasher)
      nameServer.locations = locations
      gateway.nameServer = nameServer
      var node = Node(
        gateway: gateway, server: server, acceptor: acceptor, nameServer: nameServer)
      if let lane = reserve?.lane(on: loop) { gateway.commonLanes.append(lane) }
      if let fleet { fleet.join(&node, behind: nodes, loops: group.loops.count, connectionLimit) }
      nodes.append(node)
    }
    self.nodes = nodes
    tell(of: aliasLookups)
    tellOfRecordChecks()
    for node in nodes {
      node.gateway.notePaid = { [weak self] work, loop in self?.notePaid(work, of: loop) }
    }
    reserve?.charge { [weak self] zone, loop in self?.lane(of: zone, on: loop) }
  }

  /// Serves connections from a listening socket per loop, in the order of the loops.
  package func listen(on descriptors: [Int32], scheme: RequestHead.Scheme) {
    precondition(descriptors.count == nodes.count)
    for (node, descriptor) in zip(nodes, descriptors) {
      node.gateway.loop.systemLane.post {
        do throws(RuntimeError) { try node.server.listen(on: descriptor, scheme: scheme) } catch {
          node.gateway.lastFailure = error.description
        }
      }
    }
  }

  /// Serves the other servers of the fleet, as `listen` does clients.
  package func listenForPeers(on descriptors: [Int32]) {
    precondition(descriptors.count == nodes.count)
    for (node, descriptor) in zip(nodes, descriptors) {
      node.gateway.loop.systemLane.post {
        do throws(RuntimeError) {
          try node.peerServer?.listen(on: descriptor, scheme: .https)
        } catch { node.gateway.lastFailure = error.description }
      }
    }
  }

  /// Asks peers by another route from the next request of each loop on. From a task on any loop.
  package func use(_ route: TierRoute) async {
    for node in nodes { await node.gateway.loop.perform { node.gateway.peers?.use(route) } }
  }

  /// Tells another server something, on behalf of nobody; false if it did not do what that says, and at once
  /// where it is known to be away unless there `isHope` that it is back. From a task on any loop.
  package func tell(
    _ server: String, _ subject: PeerMessage.Subject, _ content: [UInt8] = [], isHope: Bool = false
  ) async -> Bool {
    guard let network = nodes.first?.gateway.peers else { return false }
    return await network.lane.run {
      guard let position = network.route.topology.server(named: server) else { return false }
      return await network.tell(position, subject, content, isHope: isHope)
    }
  }

  /// How each loop gets on with the other servers; empty if there are none. From a task on any loop.
  package func peers() async -> [PeerReport] {
    var reports: [PeerReport] = []
    for node in nodes {
      let report = await node.gateway.loop.perform { node.gateway.peers?.report }
      if let report { reports.append(report) }
    }
    return reports
  }

  /// Answers DNS queries: datagrams that come to an open, bound socket per loop, or the connections of
  /// a listening one, in the order of the loops.
  package func listenForNames(on descriptors: [Int32], isStream: Bool) {
    precondition(descriptors.count == nodes.count)
    for (node, descriptor) in zip(nodes, descriptors) {
      node.gateway.loop.systemLane.post {
        do throws(RuntimeError) {
          if isStream {
            try node.nameServer.serve(streams: descriptor)
          } else {
            try node.nameServer.serve(datagrams: descriptor)
          }
        } catch { node.gateway.lastFailure = error.description }
      }
    }
  }

  /// Makes a new secret for DNS cookies; the one before stays good. From a task on any loop.
  package func rollCookies() async {
    var generator = SystemRandomNumberGenerator()
    let next = cookies.withLock { cookies in
      cookies = cookies.rolled(using: &generator)
      return cookies
    }
    for node in nodes { await node.gateway.loop.perform { node.nameServer.use(next) } }
  }

  /// What the name service did on all loops. From a task on any loop.
  package func nameCounters() async -> NameCounters {
    var sum = NameCounters()
    for node in nodes { sum += await node.gateway.loop.perform { node.nameServer.counters } }
    return sum
  }

  /// Puts changes into force that the store has made: when it returns, every loop's next request
  /// sees them. From a task on any loop.
  package func publish(_ applied: AppliedChanges) async {
    var rest = applied.changes[...]
    while !rest.isEmpty {
      let some = rest.prefix(GatewayLimits.zonesPerPublication)
      rest = rest.dropFirst(some.count)
      let publication = await directory.loop.perform { [directory] in
        directory.publication(of: some)
      }
      for node in nodes { await publish(publication, at: node.gateway) }
      for (zone, apex) in publication.told { tellSecondaries(of: zone, apex) }
      for zone in publication.zones where zone.isRemoved { disk?.removeAll(of: zone.id) }
      for (zone, ledger) in publication.spent {
        await charge(ledger, of: directory.loop, to: zone)
      }
    }
  }

  /// Puts changes into force on one loop, in pieces between which others run.
  private func publish(_ publication: Publication, at gateway: Gateway) async {
    for piece in publication.pieces {
      await gateway.loop.perform { gateway.apply(piece, sequence: publication.sequence) }
    }
  }

  /// Seals session tickets with `keys` from now on, on all loops. From a task on any loop.
  ///
  /// First every loop can open what the new key seals, then they change: a client that comes back at
  /// once is known wherever it arrives.
  package func useTicketKeys(_ keys: TLSTicketKeys) async {
    for node in nodes {
      await node.gateway.loop.perform {
        node.acceptor.ticketKeys = node.acceptor.ticketKeys.accepting(keys)
      }
    }
    for node in nodes {
      await node.gateway.loop.perform { node.acceptor.ticketKeys = keys }
    }
  }

  /// Tells clients' countries by `locations` from the next request of each loop on. From a task on any
  /// loop.
  package func use(_ locations: LocationDatabase) async {
    await cache.use(locations)
    for node in nodes {
      await node.gateway.loop.perform { node.nameServer.locations = locations }
    }
  }

  /// What each loop's zones did and used. From a task on any loop.
  package func readings() async -> [GatewayReading] {
    var readings: [GatewayReading] = []
    for node in nodes {
      readings.append(await node.gateway.reading())
    }
    return readings
  }

  /// What a loop has to do.
  package struct Load: Sendable {
    package let connections: Int
    package let activeZones: Int
    /// Tasks under way: requests that wait for something, mostly.
    package let tasks: Int
    /// Connections that were refused because their source's network had too many, since the start.
    package let refusedConnections: UInt64
    /// A zone's keys asked for countries, and there was no database.
    package let hasMissedLocations: Bool
    /// What went wrong there last: the store could not be read, a connection not be accepted.
    package let lastFailure: String?
  }

  /// What each loop has to do. From a task on any loop.
  package func loads() async -> [Load] {
    var loads: [Load] = []
    for node in nodes {
      loads.append(
        await node.gateway.loop.perform {
          Load(
            connections: node.server.connectionCount + node.nameServer.connectionCount
              + (node.peerServer?.connectionCount ?? 0),
            activeZones: node.gateway.activeZones, tasks: node.gateway.loop.taskCount,
            refusedConnections: node.server.refusedConnectionCount,
            hasMissedLocations: node.gateway.shard.hasMissedLocations,
            lastFailure: node.gateway.lastFailure ?? node.server.lastAcceptError?.description
              ?? node.nameServer.lastFailure)
        })
    }
    return loads
  }

  /// Why the last change could not be read back from the store, if that ever happened. From a task
  /// on any loop.
  package func lastDirectoryFailure() async -> String? {
    await directory.loop.perform { [directory] in directory.lastFailure }
  }

  /// Accepts no more; connections end after what they are doing. From a task on any loop.
  package func drain() async {
    for node in nodes {
      await node.gateway.loop.perform {
        node.server.drain()
        node.peerServer?.drain()
        node.nameServer.drain()
      }
    }
  }

  /// Cuts off what `drain` has left, before the process ends. From a task on any loop.
  package func cutOff() async {
    for node in nodes {
      await node.gateway.loop.perform {
        node.server.cutOff()
        node.peerServer?.cutOff()
      }
    }
  }

  /// Begins to take zones out of memory that nobody uses. From a task on any loop.
  package func sweep() async {
    for node in nodes { await node.gateway.loop.perform { node.gateway.sweep() } }
  }
}
