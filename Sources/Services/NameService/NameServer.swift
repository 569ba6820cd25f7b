// Authoritative DNS on one loop.

package import Location
package import Primitives
package import Runtime

/// Answers queries for all zones of the server on one loop, over UDP and TCP, each on the lane of
/// the zone that is asked.
///
/// Zones in use are in the loop's own table; any other is looked up on the storage thread while its
/// queries wait. Confined to its loop.
package final class NameServer: @unchecked Sendable {
  // Confined to its loop.
  package let loop: EventLoop
  // The edge, which keeps this server.
  unowned let directory: any NameDirectory
  var zones: ZoneTable
  private var identities: [ZoneID: NameZone] = [:]
  var responder: Responder
  var rates: ResponseRateLimit
  var held = HeldQueries()
  var cold = ColdQueries()
  private(set) var sockets: [NameSocket] = []
  /// Which of them is received from first within the next turn of a zone.
  var firstReceived = 0
  /// Counts the changes of zones: what is known of all zones together holds for one state.
  private(set) var state: UInt64 = 1
  var streams = StreamTable()
  /// Transfers of zones that are under way.
  var transfers = TransfersUnderWay()
  /// Those for which it is being found what they send.
  var planning = TransfersInPlanning()
  /// Secondaries that are being told of changes.
  var notifications = Notifications()
  /// Tells where clients are; nil if nobody knows.
  package var locations: LocationDatabase?
  /// The addresses that the answer waits for which was written last; nil if it waits for none.
  var awaitedAlias: AliasAddresses.Entry?
  private(set) lazy var aliasWaits = AliasWaits(server: self)
  /// How long queries wait for such addresses.
  var aliasWaitMilliseconds = NameServiceLimits.aliasWaitMilliseconds
  /// Bounds of signing.
  let signingBudget = SigningBudget()
  private let signatureMemory = SignatureMemory()
  private let hasher: KeyedHash
  package internal(set) var counters = NameCounters()
  /// What went wrong last, for the operator.
  package internal(set) var lastFailure: String?

  /// Settings that all loops share.
  package struct Settings: Sendable {
    package var cookies: ServerCookies
    /// Like responses that one network gets in a second; 0 is no limit.
    package var responsesPerSecond = NameServiceLimits.responsesPerSecond
    /// What the server is called, for who asks (RFC 5001); empty if nobody is told.
    package var nsid: [UInt8] = []
    /// Loops that answer on the same addresses.
    package var loops = 1

    package init(cookies: ServerCookies) { self.cookies = cookies }
  }

  package init(
    loop: EventLoop, directory: any NameDirectory, settings: Settings, hasher: KeyedHash
  ) {
    self.loop = loop
    self.directory = directory
    self.hasher = hasher
    zones = ZoneTable(hasher: hasher)
    responder = Responder(cookies: settings.cookies, nsid: settings.nsid)
    var generator = SystemRandomNumberGenerator()
    rates = ResponseRateLimit(
      perSecond: settings.responsesPerSecond, loops: settings.loops, secret: generator.next())
  }

  /// Answers what comes to an open, bound socket for datagrams.
  package func serve(datagrams descriptor: Int32) throws(RuntimeError) {
    let socket = NameSocket(server: self, index: sockets.count, descriptor: descriptor)
    try socket.datagrams.register()
    sockets.append(socket)
  }

  /// Answers what comes over the connections of an open listening socket.
  package func serve(streams descriptor: Int32) throws(RuntimeError) {
    try streams.listen(on: descriptor, server: self)
  }

  /// From now on cookies are made with another secret. On the loop.
  package func use(_ cookies: ServerCookies) { responder.cookies = cookies }

  /// Receives and accepts no more. Connections end when the queries that they have sent are answered.
  package func drain() {
    for socket in sockets { socket.datagrams.pause() }
    streams.drain()
  }

  func makeSigner(_ signing: ZoneSigning, after earlier: ZoneSigner? = nil) -> ZoneSigner? {
    ZoneSigner(
      signing, hasher: hasher, budget: signingBudget, memory: signatureMemory, after: earlier)
  }

  func makeAliases(_ zone: NameZone) -> AliasAddresses { AliasAddresses(zone, hasher: hasher) }

  // MARK: - Zones

  package var activeZones: Int { zones.count }
  package var connectionCount: Int { streams.count }

  func zone(_ id: ZoneID) -> NameZone? { identities[id] }

  /// The zone of `snapshot` on this loop, made if it is not in memory.
  @discardableResult func activate(_ snapshot: NameZoneSnapshot, _ lane: Lane) -> NameZone {
    if let zone = identities[snapshot.id] {
      if zone.snapshot.epoch < snapshot.epoch { adopt(snapshot, zone) }
      return zone
    }
    let zone = NameZone(snapshot, lane: lane, server: self)
    // A zone that has this name no longer: its change has not come yet, or it is gone.
    if let other = snapshot.apex.withSpan({ zones.zone($0) }) { drop(other) }
    identities[snapshot.id] = zone
    zones.insert(zone)
    watch(zone, hadChecks: false)
    return zone
  }

  private func adopt(_ snapshot: NameZoneSnapshot, _ zone: NameZone) {
    let hadChecks = !zone.snapshot.checked.isEmpty
    defer { watch(zone, hadChecks: hadChecks) }
    guard snapshot.apex != zone.snapshot.apex else {
      zone.snapshot = snapshot
      return
    }
    zones.remove(zone)
    zone.snapshot = snapshot
    if let other = snapshot.apex.withSpan({ zones.zone($0) }) { drop(other) }
    zones.insert(zone)
  }

  /// Puts a change into force: the next query sees it. `snapshot` is nil if the zone is gone, or has
  /// no records, or must be read again. To be called for every zone that changes, in use or not: a
  /// look-up that is under way may have read what was before. On the loop.
  package func apply(_ id: ZoneID, _ snapshot: NameZoneSnapshot?) {
    state += 1
    cold.note(id, epoch: snapshot?.epoch)
    notifications.note(id)
    if let zone = identities[id] {
      if let snapshot { adopt(snapshot, zone) } else { drop(zone) }
      // Its aliases may lead elsewhere now.
      wakeAll(of: zone)
    }
    updateNotifier(of: id, identities[id])
  }

  /// When a query of the zone was answered last; nil if it is not in use here.
  package func lastUse(of id: ZoneID) -> Instant? { identities[id]?.lastUsed }

  /// Has the addresses of the zone's records checked, if it has such.
  private func watch(_ zone: NameZone, hadChecks: Bool) {
    if !zone.snapshot.checked.isEmpty {
      directory.beginChecks(of: zone.snapshot)
    } else if hadChecks {
      directory.endChecks(of: zone.snapshot.id)
    }
  }

  /// Which addresses of a zone are not well; the next answer leaves them out. On the loop.
  package func learn(_ zone: ZoneID, ill: Set<CheckedAddress>) {
    guard let zone = identities[zone] else { return }
    zone.health?.set(ill, zone.snapshot.checked)
  }

  /// Takes a zone out of memory. Queries that wait for its turn are lost, as they may be on the way.
  private func drop(_ zone: NameZone) {
    wakeAll(of: zone)
    while !zone.held.isEmpty {
      held.removeFirst(of: &zone.held)
      counters.dropped += 1
    }
    zones.remove(zone)
    identities[zone.snapshot.id] = nil
    if !zone.snapshot.checked.isEmpty { directory.endChecks(of: zone.snapshot.id) }
  }
}
