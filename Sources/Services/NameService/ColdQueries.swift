// Queries for names whose zones are not in memory.

import DNS
import Primitives
import Runtime

/// Queries that wait until their zones are read: one batch is with the storage thread, the next one
/// gathers meanwhile. So the crossing of threads is paid once for many.
struct ColdQueries {
  /// What is looked up for a query.
  struct Name {
    /// The name of the question.
    let asked: [UInt8]
    /// The same, or the one above it: DS is the upper zone's.
    let bytes: [UInt8]
    /// The server's state when it was looked up.
    var state: UInt64 = 0

    var isAbove: Bool { asked.count > bytes.count }
  }

  /// Queries over UDP with their names, in order: those that gather.
  var gathering = HeldQueries.Chain()
  var names: [Name] = []
  /// Connections that wait, with the names they ask for.
  var streams: [(stream: NameStream, name: Name)] = []
  /// Those that are being looked up.
  var asked = HeldQueries.Chain()
  var askedNames: [Name] = []
  var askedStreams: [(stream: NameStream, name: Name)] = []
  var isUnderWay = false
  /// Queries over UDP that wait, by what their sources' arrival lanes are chosen by.
  private var perSource = Array(repeating: 0, count: RuntimeLimits.arrivalLanes)
  /// Zones that changed since the look-up began, and the least epochs that may come of it.
  private var changes: [ZoneID: UInt64] = [:]
  private var hasManyChanges = false

  /// Whether one more query from `peer` may wait: its network has at most a quarter of what is free,
  /// so that names that are nobody's can't keep out those of others.
  func hasRoom(for peer: SocketAddress) -> Bool {
    let free = NameServiceLimits.waitingForLookup - gathering.count - asked.count
    return perSource[Self.source(peer)]
      < min(NameServiceLimits.lookupsPerSource, free / NameServiceLimits.lookupShare)
  }

  mutating func entered(_ peer: SocketAddress) { perSource[Self.source(peer)] += 1 }

  mutating func left(_ peer: SocketAddress) { perSource[Self.source(peer)] -= 1 }

  private static func source(_ peer: SocketAddress) -> Int {
    Int(truncatingIfNeeded: peer.prefixHash) & (RuntimeLimits.arrivalLanes - 1)
  }

  /// A zone has changed, to what has `epoch`; nil if it is gone, or must be read again.
  mutating func note(_ id: ZoneID, epoch: UInt64?) {
    guard isUnderWay else { return }
    hasManyChanges = hasManyChanges || changes.count == NameServiceLimits.changesDuringLookup
    if !hasManyChanges { changes[id] = max(changes[id] ?? 0, epoch ?? .max) }
  }

  mutating func forgetChanges() {
    changes.removeAll()
    hasManyChanges = false
  }

  /// Whether what was found was read before a change that is in force.
  func isOutdated(_ found: FoundName) -> Bool {
    guard case .zone(let snapshot, _) = found else { return false }
    return hasManyChanges || snapshot.epoch < changes[snapshot.id] ?? 0
  }
}

extension NameServer {
  /// Keeps the query that was read until its zone is found.
  func lookUp(_ query: Span<UInt8>, _ origin: HeldQueries.Origin) {
    guard cold.hasRoom(for: origin.peer), held.append(query, origin, to: &cold.gathering) else {
      counters.dropped += 1
      return
    }
    cold.entered(origin.peer)
    cold.names.append(nameToLookUp)
    askIfIdle()
  }

  /// Wakes `stream` when the zone of the query that was read is found.
  func lookUp(for stream: NameStream) {
    cold.streams.append((stream, nameToLookUp))
    askIfIdle()
  }

  /// Looks the first query of `zone` up, which was read just now and is not that zone's any more; or
  /// drops it, if that was done often enough.
  func lookUp(firstOf zone: NameZone, _ peer: SocketAddress) {
    guard held.beginRound(firstOf: zone.held) else {
      counters.dropped += 1
      return held.removeFirst(of: &zone.held)
    }
    held.move(firstOf: &zone.held, to: &cold.gathering)
    cold.entered(peer)
    cold.names.append(nameToLookUp)
    askIfIdle()
  }

  /// For the query that was read.
  private var nameToLookUp: ColdQueries.Name {
    let labels = responder.query.name.labelCount
    let isAbove =
      responder.query.type == .ds && labels > 0 && zones.hasApex(responder.query.name)
    return ColdQueries.Name(
      asked: responder.query.name.copy(labels: labels),
      bytes: responder.query.name.copy(labels: isAbove ? labels - 1 : labels))
  }

  private func askIfIdle() {
    guard !cold.isUnderWay else { return }
    cold.isUnderWay = true
    // At the end of this round, so that the whole batch of datagrams goes along.
    loop.systemLane.post { [self] in ask() }
  }

  private func ask() {
    let limit = NameServiceLimits.namesPerLookup
    cold.askedNames = Array(cold.names.prefix(limit))
    cold.names.removeFirst(cold.askedNames.count)
    var (gathering, asked) = (cold.gathering, cold.asked)
    for index in cold.askedNames.indices {
      cold.askedNames[index].state = state
      held.move(firstOf: &gathering, to: &asked)
    }
    (cold.gathering, cold.asked) = (gathering, asked)
    cold.askedStreams = Array(cold.streams.prefix(limit))
    cold.streams.removeFirst(cold.askedStreams.count)
    for index in cold.askedStreams.indices { cold.askedStreams[index].name.state = state }
    cold.forgetChanges()
    let names = cold.askedNames.map(\.bytes) + cold.askedStreams.map(\.name.bytes)
    directory.findRecords(for: names) { [self] found in self.found(found) }
  }

  private func found(_ found: [FoundName]) {
    var socket = -1
    let (names, streams) = (cold.askedNames, cold.askedStreams)
    (cold.askedNames, cold.askedStreams) = ([], [])
    for (result, name) in zip(found, names) {
      switch take(result, name) {
      case .zone(let snapshot, _)?: goOn(told(snapshot, in: name.state), &socket)
      case nil: goOn(nil, &socket)
      case .unknown?: refuse(.refused, &socket)
      case .failed?: refuse(.serverFailure, &socket)
      }
    }
    flush(socket)
    for (result, entry) in zip(found.dropFirst(names.count), streams) {
      entry.stream.found(take(result, entry.name), state: entry.name.state)
    }
    cold.isUnderWay = false
    if !cold.gathering.isEmpty || !cold.streams.isEmpty { askIfIdle() }
  }

  /// Takes over what was found for `name`; nil if whose the query is must be seen anew.
  private func take(_ found: FoundName, _ name: ColdQueries.Name) -> FoundName? {
    if cold.isOutdated(found) { return nil }
    switch found {
    case .zone(let snapshot, let lane): activate(snapshot, lane)
    case .unknown where name.isAbove:
      zones.zone(name.asked.span)?.stateWithoutUpper = name.state
      return nil
    case .unknown: break
    case .failed(let reason): lastFailure = reason
    }
    return found
  }

  /// The zone that the directory told of when the server was in `state`, if that is all that can be
  /// known, and holds still: its zones below are too many for memory.
  func told(_ snapshot: NameZoneSnapshot, in state: UInt64) -> NameZone? {
    guard state == self.state, let zone = zone(snapshot.id), !zone.snapshot.nested.isKnown
    else { return nil }
    return zone
  }

  /// The first query that was asked for goes to the zone that has its name now, which the directory may
  /// have `told`, or is looked up once more.
  private func goOn(_ told: NameZone?, _ socket: inout Int) {
    guard let origin = held.origin(firstOf: cold.asked) else { return }
    var zone: NameZone?
    _ = held.withFirst(of: cold.asked) { message, _ in
      guard case .question = responder.read(message, transport(origin.peer)) else { return }
      zone = zoneOfQuery()
    }
    if zone == nil, let told {
      held.noteTold(firstOf: cold.asked, in: state)
      zone = told
    }
    guard let zone else {
      guard held.beginRound(firstOf: cold.asked) else { return refuse(.serverFailure, &socket) }
      var (asked, gathering) = (cold.asked, cold.gathering)
      held.move(firstOf: &asked, to: &gathering)
      (cold.asked, cold.gathering) = (asked, gathering)
      return cold.names.append(nameToLookUp)
    }
    cold.left(origin.peer)
    guard zone.held.count < placesPerZone else {
      counters.dropped += 1
      return held.removeFirst(of: &cold.asked)
    }
    held.move(firstOf: &cold.asked, to: &zone.held)
    zone.enqueue()
  }

  private func refuse(_ code: ResponseCode, _ socket: inout Int) {
    _ = held.withFirst(of: cold.asked) { message, origin in
      cold.left(origin.peer)
      if origin.socket != socket || loop.datagrams.isFull {
        flush(socket)
        socket = origin.socket
      }
      let lane = loop.arrivalLane(for: origin.peer)
      loop.charge(lane)
      guard case .question = responder.read(message, transport(origin.peer)) else { return }
      loop.datagrams.reply(to: origin.peer, from: origin.local, paidBy: lane) { room in
        refuse(message, code == .refused ? responder.codeOfNobody : code, origin.peer, &room)
      }
    }
    held.removeFirst(of: &cold.asked)
  }
}
