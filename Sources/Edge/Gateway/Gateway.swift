// The gateway of one loop: from a request's host to its zone.

package import Cache
package import ContentCoding
package import Exchange
import HTTP
import HTTPServer
package import NameService
package import Origin
package import Primitives
package import Runtime
import Storage
import Tiers
import Zones

/// Answers all tenants' requests on one loop.
///
/// A name that is in use is found in the loop's own table; any other is looked up on the storage
/// thread while its requests wait. Confined to its loop.
package final class Gateway: ExchangeHandler, @unchecked Sendable {
  // Confined to its loop.
  package let loop: EventLoop
  let shard: CacheShard
  let directory: ZoneDirectory
  let resolver: OriginResolver
  let aliasLookups: AliasLookups
  let recordChecks: RecordChecks
  /// The encoders of the loop's responses.
  package let encoders = EncoderPool()
  private var requestIDs: RequestIDs
  var hosts: HostTable<ZoneState>
  var unknown: HostTable<Bool>
  private(set) var zones: [ZoneID: ZoneState] = [:]
  /// The same zones in a list, for going through them piece by piece.
  private var listed: [ZoneState] = []
  private lazy var idleSweep = ZoneSweep(self)
  /// The other servers of the fleet; nil if there are none.
  var peers: PeerNetwork?
  /// Lanes of the loop that all zones use and none has.
  var commonLanes: [Lane]
  /// Answers DNS queries for the loop's zones; nil if the edge answers none.
  package var nameServer: NameServer?
  /// Is told what zones have paid of a thread beside the loops.
  var notePaid: (@Sendable (LaneLedger, EventLoop) -> Void)?
  var lookups: [[UInt8]: Lookup] = [:]
  /// How many of them each lane of arriving connections began.
  var lookupsBySource: [ObjectIdentifier: Int] = [:]
  /// The last change that is in force on this loop.
  var appliedSequence: UInt64 = 0
  /// The zone that answers for names that no zone has, while it is in memory.
  private(set) var defaultState: ZoneState?
  /// Readings of all counters that are under way.
  var walks: [GatewayWalk] = []
  private let zoneIdleNanoseconds: UInt64
  private var spareTasks: [ZoneTask] = []
  /// The most client connections of one zone.
  var connectionsPerZone: Int
  /// What zones that have left memory did, so that totals never shrink.
  package private(set) var departed = ZoneCounters()
  package private(set) var departedLedger = LaneLedger()
  /// What went wrong last, for the operator.
  package internal(set) var lastFailure: String?

  /// Those who wait for one name to be looked up.
  struct Lookup {
    /// Whose clients began it.
    let source: Lane
    var exchanges: [Exchange] = []
    var handshakes: [any CertificateRequester] = []
  }

  /// The loop takes `connectionLimit` clients. Zones that nobody has used for `zoneIdleNanoseconds` leave
  /// memory at the next sweep.
  package init(
    loop: EventLoop, shard: CacheShard, directory: ZoneDirectory, resolver: OriginResolver,
    aliasLookups: AliasLookups, recordChecks: RecordChecks, hasher: KeyedHash, connectionLimit: Int,
    zoneIdleNanoseconds: UInt64 = GatewayLimits.zoneIdleNanoseconds
  ) {
    self.loop = loop
    connectionsPerZone = GatewayLimits.connectionsPerZone(of: connectionLimit)
    self.zoneIdleNanoseconds = zoneIdleNanoseconds
    self.shard = shard
    commonLanes = [shard.lane]
    self.directory = directory
    self.resolver = resolver
    self.aliasLookups = aliasLookups
    self.recordChecks = recordChecks
    var generator = SystemRandomNumberGenerator()
    requestIDs = RequestIDs(seed: generator.next())
    hosts = HostTable(hasher: hasher)
    unknown = HostTable(hasher: hasher)
  }

  /// A task that is new, or over and known to nobody any more.
  func takeTask() -> ZoneTask {
    if var task = spareTasks.popLast(), isKnownUniquelyReferenced(&task) { return task }
    return ZoneTask()
  }

  /// Takes back a task that is over.
  func keep(_ task: ZoneTask) {
    if spareTasks.count < GatewayLimits.spareTasks { spareTasks.append(task) }
  }

  package var activeZones: Int { zones.count }

  package func handle(_ exchange: Exchange) -> Handling {
    if exchange.facts.requestID == 0 { exchange.facts.requestID = requestIDs.next() }
    if let listed = Self.find(&exchange.request.authority, in: &hosts) {
      return serve(exchange, listed)
    }
    let host = exchange.request.authority.prefix(exchange.request.hostLength)
    return handleUnlisted(exchange, Array(host))
  }

  /// The zone that is listed for an authority; both are lent (see `Exchange`).
  @inline(never)
  private static func find(
    _ authority: inout [UInt8], in hosts: inout HostTable<ZoneState>
  ) -> ZoneState? {
    let span = authority.span
    return hosts.find(span.extracting(0..<RequestHead.hostLength(in: span)))
  }

  /// The zone that queued the exchange counts it until it is answered.
  package func turnCame(_ exchange: Exchange) {
    let zone = exchange.tenant as? ZoneState
    if !exchange.isAborted, case .responded = handle(exchange) { exchange.sink?.respond(exchange) }
    zone?.turnEnded(exchange)
  }

  /// Serves a request of `zone`, if the client may expect that here.
  func serve(_ exchange: Exchange, _ zone: ZoneState) -> Handling {
    guard isCovered(exchange, zone) else { return misdirected(exchange) }
    return zone.serve(exchange)
  }

  /// Over TLS a request for another zone than the handshake's is answered only if the certificate
  /// that the client was shown is for it too (RFC 9110 section 7.4).
  private func isCovered(_ exchange: Exchange, _ zone: ZoneState) -> Bool {
    guard let shown = exchange.client.certificate, shown.zone != zone.id else { return true }
    let host = exchange.request.authority.prefix(exchange.request.hostLength)
    return shown.covers(String(decoding: host, as: UTF8.self))
  }

  /// RFC 9110 section 15.5.20: no zone here answers for that name.
  func misdirected(_ exchange: Exchange) -> Handling {
    ErrorPage.render(Failure(.misdirected, "no zone answers for this host"), for: exchange)
    return .responded
  }

  func refuse(_ exchange: Exchange, _ failure: Failure) -> Handling {
    ErrorPage.render(failure, for: exchange)
    return .responded
  }

  /// The zone of `snapshot` on this loop, made if it is not in memory.
  func activate(_ snapshot: ZoneSnapshot) -> ZoneState {
    if let zone = zones[snapshot.id] {
      if zone.snapshot.epoch < snapshot.epoch { zone.adopt(snapshot) }
      return zone
    }
    let zone = ZoneState(snapshot, gateway: self)
    noteDefault(zone)
    zones[snapshot.id] = zone
    zone.position = listed.count
    listed.append(zone)
    return zone
  }

  /// Remembers `zone` if it is the default.
  func noteDefault(_ zone: ZoneState) {
    if zone.snapshot.configuration.name == directory.defaultZone { defaultState = zone }
  }

  /// Lists `zone` under `name`; a wildcard's names are bounded, the oldest leaves first.
  func list(_ name: [UInt8], _ zone: ZoneState) {
    if zone.names.count >= GatewayLimits.namesPerZone {
      hosts.remove(zone.names.removeFirst())
    }
    zone.names.append(name)
    hosts.insert(name, zone)
  }

  /// Takes a zone out of memory.
  func drop(_ zone: ZoneState) {
    if let last = listed.last { for walk in walks { walk.zoneLeaves(zone, for: last) } }
    nameServer?.apply(zone.id, nil)
    if zone === defaultState { defaultState = nil }
    for name in zone.names { hosts.remove(name) }
    zone.names.removeAll()
    zones[zone.id] = nil
    let last = listed.removeLast()
    if last !== zone {
      listed[zone.position] = last
      last.position = zone.position
    }
    departed += zone.counters
    departedLedger += zone.lane.ledger
    zone.retire()
  }

  /// Begins to take out zones that nobody has used for long. On the loop, every few seconds.
  package func sweep() { idleSweep.begin() }

  /// The zone at `index` of the list; nil if the list is shorter.
  func zone(at index: Int) -> ZoneState? { index < listed.count ? listed[index] : nil }

  /// Drops the zone at `index` of the list if nobody has used it for long.
  func dropIfIdle(at index: Int) {
    guard let zone = zone(at: index), zone.isIdle(for: zoneIdleNanoseconds) else { return }
    if let last = nameServer?.lastUse(of: zone.id),
      loop.now.nanoseconds(since: last) < zoneIdleNanoseconds
    {
      return
    }
    drop(zone)
  }
}
