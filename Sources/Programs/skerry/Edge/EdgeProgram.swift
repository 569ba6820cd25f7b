// `skerry edge`, from its options to its end.

import Cache
import Control
import Exchange
import Foundation
import Gateway
import HTTP
import HTTPServer
import NameService
import Origin
import Primitives
import Reserve
import Runtime
import Storage
import TLS
import Tiers
import Zones

/// One run of an edge. The main thread becomes the loop of the control API and of signals; tenants
/// are served by loops of their own.
struct EdgeProgram {
  let options: EdgeOptions

  /// Serves until it is told to stop.
  func run() throws(CommandFailure) {
    let faults = options.machineFaults
    guard faults.isEmpty else {
      throw CommandFailure(.usage, "skerry: \(EdgeOptions.text(of: faults))")
    }
    let cpus = try processors()
    let descriptorLimit = ProcessSettings.prepare()
    try Self.makeDirectory(options.directory, option: "--directory")
    if case .path(let socket) = ControlAddress(options.controlAddress) {
      try Self.makeDirectory(EdgePaths.parent(of: socket), option: "--control")
    }
    let (store, report) = try openStore()
    let zone = try InitialZones(options: options, store: store).apply()
    let topology = try openTopology()
    let listeners = try attempt { () throws(RuntimeError) in
      try ListenerSet.open(options, peers: peerAddress(topology), cpus)
    }
    let loop = try attempt { () throws(RuntimeError) in
      try EventLoop(name: "control", index: -1)
    }
    let group = try attempt { () throws(RuntimeError) in
      try EventLoopGroup(
        cpus: cpus, storageThreads: 2, lookupThreads: OriginLimits.lookupThreads,
        diskThreads: options.diskMebibytes > 0 ? EdgeLimits.diskThreads : 0)
    }
    let keyring = try makeKeyring(store)
    let countries = try openCountries()
    let edge = try makeEdge(group, store, keyring, countries, topology, defaultZone: zone)
    let service = EdgeService(
      edge: edge, keyring: keyring, countries: countries, topology: topology, loop: loop,
      listeners: listeners, options: options, descriptorLimit: descriptorLimit)
    if case .restored = report.outcome { service.note(report.description) }
    try serve(service, store, report)
    if !service.isSucceeded { removeControlSocket(service) }
    store.close()
    // Without the C library's exit handlers: loops still run, and OpenSSL's would free what they use.
    _exit(0)
  }

  /// Starts listening, and runs the control loop to the end.
  private func serve(
    _ service: EdgeService, _ store: ZoneStore, _ report: ZoneStoreReport
  ) throws(CommandFailure) {
    let handler = ControlHandler(
      lane: Lane(loop: service.loop, name: "control"), worker: service.edge.group.storage[1],
      store: store, report: report, backend: service, token: try token())
    let server = HTTPServer(loop: service.loop, handler: handler)
    let socket = try attempt { () throws(RuntimeError) in try listenForControl() }
    service.loop.systemLane.post {
      do throws(RuntimeError) { try server.listen(on: socket, scheme: .http) } catch {
        service.note("the control API is not served: \(error)")
      }
    }
    let api =
      options.api.isEmpty
      ? nil : try APIServer(service, handler, store, options)
    handler.start()
    service.start(store, handler)
    api?.listen(service.listeners)
    service.shared.withLock { $0.api = api }
    let signals = try attempt { () throws(RuntimeError) in
      try SignalSource([SIGTERM, SIGINT, SIGUSR2], loop: service.loop) { service.received($0) }
    }
    try attempt { () throws(RuntimeError) in try signals.register() }
    service.announce()
    tellOfZones(service, store)
    service.loop.run()
    withExtendedLifetime((server, signals, api)) {}
  }

  /// Says what comes next when there is no zone, and names a default zone that is not there.
  private func tellOfZones(_ service: EdgeService, _ store: ZoneStore) {
    do throws(StorageError) {
      if let name = options.defaultZone, try store.zone(named: name) == nil {
        service.note(
          "there is no zone \(name), which --default-zone names: until it is added, hosts that no "
            + "zone has are answered 421")
      }
      if try store.count() == 0 {
        let isUsual = ControlOptions.usualSockets.contains(options.controlAddress)
        Console.line(
          "skerry: there are no zones yet. Add one: skerry zone add NAME --origin URL"
            + (isUsual ? "" : " --control \(options.controlAddress)"))
      }
    } catch { service.note(error.description) }
  }

  /// The processors for loops: those that were named, or all that the process may use.
  private func processors() throws(CommandFailure) -> [Int32] {
    if let named = options.cpus?.cores { return named }
    return try attempt { () throws(RuntimeError) in try ProcessSettings.allowedProcessors() }
  }

  private func openStore() throws(CommandFailure) -> (ZoneStore, ZoneStoreReport) {
    do throws(ZoneStoreError) {
      return try ZoneStore.open(
        EdgePaths.store(in: options.directory), check: CertificateReader.check,
        isExclusive: !ListenerSet.isInherited)
    } catch {
      guard case .storage(.inUse(_, let process)) = error else {
        throw CommandFailure(.refused, "skerry: \(error.description)")
      }
      throw CommandFailure(
        .refused,
        "skerry: an edge is running in \(options.directory) already"
          + (process > 0 ? " (process \(process))" : "") + ". Stop it with skerry stop, replace it "
          + "with skerry upgrade, or give this one a folder of its own with --directory.")
    }
  }

  private func makeEdge(
    _ group: EventLoopGroup, _ store: ZoneStore, _ keyring: TicketKeyring,
    _ countries: CountryFile?, _ topology: TopologyFile?, defaultZone: String?
  ) throws(CommandFailure) -> Edge {
    let reserve = try makeReserve(group, store)
    let disk = try makeDisk(group, heir: reserve.map { CacheReserve($0) })
    let fleet = try makeFleet(topology)
    do throws(TLSError) {
      return try Edge(
        group: group, store: store, defaultZone: defaultZone, ticketKeys: keyring.keys,
        ramBytes: options.ramMebibytes << 20, disk: disk, reserve: reserve, fleet: fleet,
        locations: countries?.database,
        responsesPerSecond: options.dnsResponsesPerSecond, nsid: options.dnsNSID,
        resolvers: ResolverList(options.resolvers).servers,
        checks: CheckRules(allowing: options.checkNetworks))
    } catch { throw CommandFailure(.refused, "skerry: TLS can't be started: \(error)") }
  }

  /// Reads the fleet's topology, if there is one.
  private func openTopology() throws(CommandFailure) -> TopologyFile? {
    guard let path = options.tiers.topology, let server = options.tiers.server else { return nil }
    return try TopologyFile(
      path, server: server, hasReserve: !options.reserve.endpoints.isEmpty)
  }

  /// Where the fleet's other servers are served.
  private func peerAddress(_ topology: TopologyFile?) -> SocketAddress? {
    topology.flatMap { topology in
      let route = topology.route
      return options.tiers.peers.flatMap { SocketAddress($0) }
        ?? route.topology.servers[route.own].address
    }
  }

  private func makeFleet(_ topology: TopologyFile?) throws(CommandFailure) -> Fleet? {
    guard let topology, let security = try options.tiers.security() else { return nil }
    return Fleet(topology.route, security)
  }

  /// Reads the database of countries, if there is to be one.
  private func openCountries() throws(CommandFailure) -> CountryFile? {
    guard let path = options.countryDatabase else { return nil }
    do throws(TextFile.Problem) { return try CountryFile(path) } catch {
      throw CommandFailure(.refused, "skerry: \(error.told(of: "--country-database", path)).")
    }
  }

  /// The reserve, if there is to be one.
  private func makeReserve(
    _ group: EventLoopGroup, _ store: ZoneStore
  ) throws(CommandFailure) -> Reserve? {
    guard var configuration = try options.reserve.configuration() else { return nil }
    do throws(StorageError) { configuration.keepApart(try store.identity()) } catch {
      throw CommandFailure(.refused, "skerry: \(error.description)")
    }
    return Reserve(
      configuration, loops: group.loops, resolver: group.lookups.last,
      notes: StoredReserveNotes(store: store), storage: group.storage[0]
    ) { line in Console.complain("skerry: \(line)") }
  }

  /// Begins to open the cache on disk, if there is to be one.
  private func makeDisk(
    _ group: EventLoopGroup, heir: CacheReserve?
  ) throws(CommandFailure) -> DiskCache? {
    guard options.diskMebibytes > 0 else { return nil }
    let path = EdgePaths.cache(in: options.directory)
    try Self.makeDirectory(path, option: "--directory")
    do throws(StorageError) {
      return DiskCache(
        path, files: try SegmentFolder(path),
        DiskConfiguration(maximumBytes: options.diskMebibytes << 20), writer: group.disk[0],
        readers: Array(group.disk.dropFirst()), heir: heir
      ) { line in Console.complain("skerry: \(line)") }
    } catch { throw CommandFailure(.refused, "skerry: \(error.description)") }
  }

  private func makeKeyring(_ store: ZoneStore) throws(CommandFailure) -> TicketKeyring {
    do throws(TLSError) {
      let keyring = try TicketKeyring(store, period: .seconds(options.ticketKeySeconds))
      do throws(StorageError) { try keyring.refresh() } catch {
        Console.complain("skerry: session tickets will not survive a restart: \(error)")
      }
      return keyring
    } catch { throw CommandFailure(.refused, "skerry: TLS can't be started: \(error)") }
  }

  private func token() throws(CommandFailure) -> ControlToken {
    do throws(ControlError) { return try ControlToken.load(options.tokenPath) } catch {
      throw CommandFailure(.refused, "skerry: \(error)")
    }
  }

  private func listenForControl() throws(RuntimeError) -> Int32 {
    switch ControlAddress(options.controlAddress) {
    case .socket(let address): return try Listener.listen(on: address, sharesPort: false)
    case .host(let name, let port):
      let found = try Connect.resolve(name, port: port)
      return try Listener.listen(on: found[0], sharesPort: false)
    case .path(let path): return try Listener.listen(path: path)
    case nil: return try Listener.listen(path: EdgePaths.controlSocket(in: options.directory))
    }
  }

  /// Without its socket commands say that no edge is running, or find another one's.
  private func removeControlSocket(_ service: EdgeService) {
    guard case .path(let path) = ControlAddress(options.controlAddress) else { return }
    do { try FileManager.default.removeItem(atPath: path) } catch {
      service.note("the control socket could not be removed: \(error.localizedDescription)")
    }
  }

  private func attempt<Result>(
    _ body: () throws(RuntimeError) -> Result
  ) throws(CommandFailure) -> Result {
    do throws(RuntimeError) { return try body() } catch {
      throw CommandFailure(.refused, "skerry: \(error)")
    }
  }

  /// Makes the folder at `path` for this user only, if it is missing; `option` names another.
  private static func makeDirectory(_ path: String, option: String) throws(CommandFailure) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw CommandFailure(
        .refused,
        "skerry: the folder \(path) can't be made: \(error.localizedDescription) Give another "
          + "with \(option).")
    }
  }
}
