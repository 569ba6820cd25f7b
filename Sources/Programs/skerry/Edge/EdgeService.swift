// The edge as the control API sees it, and its life: start, upgrade, stop.

import ConfigurationTree
import Cache
import Control
import Foundation
import Gateway
import HTTP
import Location
import NameService
import Primitives
import Reserve
import Runtime
import Storage
import Synchronization
import Tiers
import Zones

/// Runs an edge on behalf of the operator. Its tasks run on the control loop.
final class EdgeService: EdgeBackend {
  let edge: Edge
  /// The loop of the control API: the main thread.
  let loop: EventLoop
  let listeners: ListenerSet
  private let keyring: TicketKeyring
  private let countries: CountryFile?
  let topology: TopologyFile?
  private let options: EdgeOptions
  private let descriptorLimit: Int
  private let startedAt = SystemClock.monotonic
  let lane: Lane
  let purges: PurgeRelay
  let shared = Guarded(SharedState())

  /// What tasks of the control loop and other threads change.
  struct SharedState {
    var epoch: UInt64 = 0
    var store: ZoneStore?
    /// What makes the changes that others tell of.
    var handler: ControlHandler?
    /// The public API; nil without one.
    var api: APIServer?
    var notes: [String] = []
    var isStopping = false
    var isUpgrading = false
    var isSucceeded = false
    /// When connections are cut off, of a process that is stopping.
    var drainDeadline: Instant?
  }

  /// Whether another process has taken over; the control socket is then its own.
  var isSucceeded: Bool { shared.withLock { $0.isSucceeded } }

  init(
    edge: Edge, keyring: TicketKeyring, countries: CountryFile?, topology: TopologyFile?,
    loop: EventLoop, listeners: ListenerSet, options: EdgeOptions, descriptorLimit: Int
  ) {
    self.edge = edge
    self.keyring = keyring
    self.countries = countries
    self.topology = topology
    self.loop = loop
    self.listeners = listeners
    self.options = options
    self.descriptorLimit = descriptorLimit
    lane = Lane(loop: loop, name: "service")
    purges = PurgeRelay(on: lane)
  }

  /// Something that the operator should know: to the log, and to `status`.
  func note(_ text: String) {
    Console.complain("skerry: \(text)")
    shared.withLock { $0.notes.append(text) }
  }

  /// Serves, and begins what recurs. `handler` makes the changes that others tell of.
  func start(_ store: ZoneStore, _ handler: ControlHandler) {
    shared.withLock { state in
      state.store = store
      state.handler = handler
    }
    do throws(StorageError) {
      let sequence = try store.sequence()
      shared.withLock { $0.epoch = sequence }
      edge.cache.purgesUnderWay.note(sequence)
    } catch { note(error.description) }
    guard let fleet = edge.fleet else {
      for entry in listeners.entries { serve(entry) }
      return lane.start { await self.recur(store) }
    }
    fleet.take { message in
      await self.lane.run { await self.purges.receive(message, at: self) }
    }
    // Names are answered from the configuration, which no purge is about.
    for entry in listeners.entries where entry.service.scheme == nil { serve(entry) }
    lane.start { await self.join(store) }
    lane.start { await self.settleAgain() }
  }

  /// Serves clients once nothing is here that was purged while this server was away.
  private func join(_ store: ZoneStore) async {
    await catchUp()
    for entry in listeners.entries where entry.service.scheme != nil { serve(entry) }
    Successor.sayReady(ProcessInfo.processInfo.environment)
    await recur(store)
  }

  private func serve(_ entry: ListenerSet.Entry) {
    // The API's is served beside the loops (`EdgeProgram`).
    if entry.service == .api { return }
    if let scheme = entry.service.scheme {
      edge.listen(on: entry.descriptors, scheme: scheme)
    } else if entry.service == .peers {
      edge.listenForPeers(on: entry.descriptors)
    } else {
      edge.listenForNames(on: entry.descriptors, isStream: entry.service == .dnsStreams)
    }
  }

  private func settleAgain() async {
    let parker = Parker(on: lane)
    while !shared.withLock({ $0.isStopping }) {
      _ = await parker.park(until: loop.now + EdgeLimits.settlingInterval)
      edge.cache.purgesUnderWay.expire(at: SystemClock.monotonic)
      await purges.settle(at: self)
    }
  }

  private func recur(_ store: ZoneStore) async {
    let parker = Parker(on: lane)
    if listeners.entries.contains(where: { $0.service == .dns }) { await tellSecondaries(parker) }
    var cookiesDue = loop.now + EdgeLimits.cookieSecretInterval
    while !shared.withLock({ $0.isStopping }) {
      _ = await parker.park(until: loop.now + EdgeLimits.sweepInterval)
      await edge.sweep()
      await export(store)
      await sweepPurges(store)
      if keyring.isDue { await changeTicketKeys() }
      await lookAtCountries()
      await lookAtTopology()
      if loop.now >= cookiesDue {
        await edge.rollCookies()
        cookiesDue = loop.now + EdgeLimits.cookieSecretInterval
      }
    }
  }

  /// Changes may have come while nobody was there to tell secondaries; not all are told at once.
  private func tellSecondaries(_ parker: Parker) async {
    var last: ZoneID?
    repeat {
      do throws(StorageError) {
        last = try await edge.tellSecondaries(after: last, limit: EdgeLimits.zonesTold)
      } catch { return note("secondaries could not be told: \(error.description)") }
      if last != nil { _ = await parker.park(until: loop.now + EdgeLimits.tellingInterval) }
    } while last != nil && !shared.withLock { $0.isStopping }
  }

  /// The key of session tickets is due: another, on all loops.
  private func changeTicketKeys() async {
    let failure = await edge.group.storage[1].perform { [keyring] () -> String? in
      do throws(StorageError) {
        try keyring.refresh()
        return nil
      } catch { return error.description }
    }
    if let failure { note("the session ticket key could not be stored: \(failure)") }
    await edge.useTicketKeys(keyring.keys)
  }

  /// Takes another database of countries, if the file is another one.
  private func lookAtCountries() async {
    guard let countries else { return }
    let outcome = await edge.group.storage[1].perform { countries.look() }
    switch outcome {
    case .unchanged: return
    case .failed(let problem): Console.complain("skerry: \(problem)")
    case .replaced(let database):
      await edge.use(database)
      Console.complain("skerry: countries are told by \(database.type) of \(countries.path) now")
    }
  }

  /// Takes another topology, if the file is another one.
  private func lookAtTopology() async {
    guard let topology else { return }
    switch await edge.group.storage[1].perform({ topology.look() }) {
    case .unchanged: return
    case .failed(let problem): Console.complain("skerry: \(problem)")
    case .replaced(let route):
      await edge.use(route)
      await purges.noteServers(at: self)
      Console.complain("skerry: \(topology.path) is in force as it is now")
    }
  }

  /// Tells people, and the process before this one, that the edge serves.
  func announce() {
    for entry in listeners.entries {
      Console.line("skerry: serving \(entry.service.rawValue) on \(entry.address)")
    }
    // One of a fleet is ready later (`join`).
    if edge.fleet == nil { Successor.sayReady(ProcessInfo.processInfo.environment) }
  }

  func received(_ signal: Int32) {
    if signal == SIGUSR2 {
      lane.start { await self.upgradeBySignal() }
    } else {
      stop()
    }
  }

  private func upgradeBySignal() async {
    do throws(ControlRefusal) { _ = try await upgrade() } catch {
      note("the upgrade failed: \(error.faults.map(\.message).joined(separator: " "))")
    }
  }

  private func export(_ store: ZoneStore) async {
    let failure = await edge.group.storage[1].perform { () -> String? in
      do throws(StorageError) {
        try store.exportIfNeeded()
        return nil
      } catch { return error.description }
    }
    if let failure { note("the export of zones failed: \(failure)") }
  }

  /// Forgets what is left of removed zones; others have their turn between the pieces.
  private func sweepPurges(_ store: ZoneStore) async {
    while !shared.withLock({ $0.isStopping }) {
      let outcome = await edge.group.storage[1].perform { () -> Result<Bool, StorageError> in
        do throws(StorageError) { return .success(try store.sweepPurges()) } catch {
          return .failure(error)
        }
      }
      switch outcome {
      case .success(true): continue
      case .success(false): return
      case .failure(let error):
        return note("the purges of a removed zone could not be forgotten: \(error.description)")
      }
    }
  }

  // MARK: - EdgeBackend

  func publish(_ applied: AppliedChanges) async {
    await edge.publish(applied)
    shared.withLock { $0.epoch = max($0.epoch, applied.sequence) }
  }

  func charge(_ work: TenantWork) async {
    await edge.charge(work.ledger, of: loop, to: work.zone)
  }

  func delegations(of name: String, zone: ZoneID) async -> ParentAnswer {
    await edge.delegations(of: name, zone: zone, on: lane)
  }

  var acceptsChanges: Bool {
    shared.withLock { !$0.isStopping && !$0.isUpgrading && !$0.isSucceeded }
  }

  func facts() async -> EdgeFacts {
    var facts = EdgeFacts()
    let loads = await edge.loads()
    let state = shared.withLock { $0 }
    facts.version = ProgramVersion.text
    facts.processID = ProcessSettings.processID
    facts.uptimeSeconds = SystemClock.monotonic.nanoseconds(since: startedAt) / 1_000_000_000
    facts.epoch = state.epoch
    facts.notes = state.notes
    if let failure = await edge.lastDirectoryFailure() { facts.notes.append(failure) }
    if let problem = countries?.problem { facts.notes.append(problem) }
    if let problem = topology?.problem { facts.notes.append(problem) }
    if let problem = edge.fleet?.expiry(at: SystemClock.wall) { facts.notes.append(problem) }
    if loads.contains(where: \.hasMissedLocations) { facts.notes.append(Self.noCountries) }
    facts.countries = countries?.facts
    facts.loops = zip(edge.group.loops, loads).map { loop, load in
      EdgeFacts.LoopFacts(
        name: loop.name, cpu: loop.cpu.map { Int($0) }, connections: load.connections,
        activeZones: load.activeZones, tasks: load.tasks,
        refusedConnections: load.refusedConnections,
        lastFailure: load.lastFailure)
    }
    facts.activeZones = loads.map(\.activeZones).max() ?? 0
    facts.connections = loads.reduce(0) { $0 + $1.connections }
    facts.listeners = listeners.entries.map { entry in
      "\(entry.service.rawValue) \(entry.address)"
    }
    if listeners.entries.contains(where: { $0.service == .dns }) {
      let counters = await edge.nameCounters()
      facts.queries = EdgeFacts.QueryFacts(
        answered: counters.answered, dropped: counters.dropped,
        truncatedByRate: counters.truncatedByRate, droppedByRate: counters.droppedByRate,
        transfers: counters.transfers, notified: counters.notified, unreached: counters.unreached)
    }
    facts.reserve = edge.reserve.map { ReserveFacts($0) }
    facts.memoryBytes = ProcessSettings.residentBytes
    facts.openFileLimit = descriptorLimit
    return facts
  }

  func ledger() async -> LedgerReading {
    let readings = await edge.readings()
    let epoch = shared.withLock { $0.epoch }
    return LedgerSum(readings, edge: edge, control: loop).reading(epoch: epoch)
  }

  var knowsCountries: Bool { countries != nil }

  private static let noCountries =
    "clients' countries count in cache keys, and none is known (XX for all): start the edge with "
    + "--country-database FILE"

  func inspect(
    _ request: RequestHead, at address: SocketAddress?
  ) async throws(ControlRefusal) -> ConfigurationValue {
    let found: EdgeInspection?
    do throws(StorageError) {
      found = try await edge.inspect(request, at: address ?? .local)
    } catch {
      throw ControlRefusal(error)
    }
    guard let found else {
      let host = String(decoding: request.authority.prefix(request.hostLength), as: UTF8.self)
      throw ControlRefusal(
        404, .notFound,
        "No zone answers for \(host): such a request gets 421. Hosts and their zones: skerry zone list.",
        path: "url")
    }
    return found.tree(request, hasClient: address != nil)
  }

  func tiers(_ request: RequestHead?) async throws(ControlRefusal) -> ConfigurationValue {
    let reports = await edge.peers()
    guard var sum = reports.first else {
      throw ControlRefusal(
        404, .notFound,
        "This edge stands alone: it was started without --topology, and asks origins only.")
    }
    for report in reports.dropFirst() { sum.add(report) }
    guard let request else { return sum.tree() }
    do throws(StorageError) {
      return sum.tree(request, of: try await edge.tiers(of: request, sum.route))
    } catch { throw ControlRefusal(error) }
  }

  /// The new process gets our listening sockets; when it serves, this one drains and ends.
  func upgrade() async throws(ControlRefusal) -> UpgradeReport {
    let isFirst = shared.withLock { state in
      defer { state.isUpgrading = true }
      return !state.isUpgrading && !state.isStopping
    }
    guard isFirst else {
      throw ControlRefusal(503, .busy, "An upgrade is under way, or this process is stopping.")
    }
    defer { shared.withLock { $0.isUpgrading = false } }
    let successor = try startSuccessor()
    defer { successor.close() }
    let parker = Parker(on: lane)
    let deadline = loop.now + EdgeLimits.upgradeDuration
    while loop.now < deadline, !shared.withLock({ $0.isStopping }) {
      if let hasTakenOver = successor.hasTakenOver {
        guard hasTakenOver else { break }
        shared.withLock { $0.isSucceeded = true }
        stop()
        return UpgradeReport(
          processID: Int(successor.processID), version: ProgramVersion.text)
      }
      _ = await parker.park(until: loop.now + .milliseconds(20))
    }
    let isStopping = shared.withLock { $0.isStopping }
    // It must not come up later beside this one. It may serve already if this one was told to stop.
    successor.end(atOnce: !isStopping)
    throw ControlRefusal(
      500, .refused,
      isStopping
        ? "The edge was told to stop meanwhile; the new process was stopped too."
        : "The new process did not come up; this one goes on. Its messages are in the log.")
  }

  private func startSuccessor() throws(ControlRefusal) -> Successor {
    var variables = ProcessInfo.processInfo.environment
    variables[ListenerSet.variable] = listeners.description
    do throws(RuntimeError) {
      return try Successor.start(
        path: ProgramPath.executable, arguments: Array(CommandLine.arguments.dropFirst()),
        variables: variables, descriptors: listeners.descriptors)
    } catch {
      throw ControlRefusal(500, .refused, "The new process could not be started: \(error)")
    }
  }

  func stop() {
    let isFirst = shared.withLock { state in
      let isFirst = !state.isStopping
      let duration =
        isFirst && state.isSucceeded ? EdgeLimits.succeededDrainDuration : EdgeLimits.drainDuration
      let deadline = SystemClock.monotonic + duration
      state.drainDeadline = min(state.drainDeadline ?? deadline, deadline)
      state.isStopping = true
      return isFirst
    }
    guard isFirst else { return }
    lane.start { await self.drainAndEnd() }
  }

  /// Writes what the cache on disk still has to write.
  private func closeDisk() async {
    guard let disk = edge.disk else { return }
    let parker = Parker(on: lane)
    let isClosed = Atomic(false)
    disk.close { [lane] in
      isClosed.store(true, ordering: .releasing)
      lane.post { parker.wake() }
    }
    let deadline = loop.now + EdgeLimits.diskClosingDuration
    while !isClosed.load(ordering: .acquiring), loop.now < deadline {
      _ = await parker.park(until: deadline)
    }
  }

  /// Waits for connections to end, for a bounded time, and then ends the control loop.
  private func drainAndEnd() async {
    let parker = Parker(on: lane)
    // A successor waits for the folder; what this process still serves comes from memory or origins.
    edge.reserve?.close()
    shared.withLock { $0.api }?.drain()
    await closeDisk()
    await edge.drain()
    var isDue = false
    repeat {
      // The operator's answer leaves meanwhile.
      _ = await parker.park(until: loop.now + .milliseconds(200))
      let open = await edge.loads().reduce(0) { $0 + $1.connections }
      if open == 0 { break }
      isDue = shared.withLock { state in state.drainDeadline.map { loop.now >= $0 } ?? true }
    } while !isDue
    await edge.cutOff()
    loop.stop()
  }
}
