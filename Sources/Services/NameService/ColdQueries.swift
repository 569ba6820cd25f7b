// Queries for names whose zones are not in memory.

import DNS
import Primitives
import Runtime

/// Queries that wait until their zones are read: one batch is with the storage thread, the next one
/// gathers meanwhile. So the crossing of threads is paid once for many.
struct ColdQueries {
  /// Queries over UDP with their names, in order: those that gather.
  var gathering = HeldQueries.Chain()
  var names: [[UInt8]] = []
  /// Connections that wait, with the names they ask for.
  var streams: [(stream: NameStream, name: [UInt8])] = []
  /// Those that are being looked up.
  var asked = HeldQueries.Chain()
  var askedNames: [[UInt8]] = []
  var askedStreams: [(stream: NameStream, name: [UInt8])] = []
  var isUnderWay = false
  /// Zones that changed since the look-up began, and the least epochs that may come of it.
  private var changes: [ZoneID: UInt64] = [:]
  private var hasManyChanges = false

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
    guard cold.names.count < NameServiceLimits.waitingForLookup,
      held.append(query, origin, to: &cold.gathering)
    else {
      counters.dropped += 1
      return
    }
    cold.names.append(nameOfQuery)
    askIfIdle()
  }

  /// Wakes `stream` when the zone of the query that was read is found.
  func lookUp(for stream: NameStream) {
    cold.streams.append((stream, nameOfQuery))
    askIfIdle()
  }

  private var nameOfQuery: [UInt8] {
    var name: [UInt8] = []
    name.append(responder.query.name.span)
    return name
  }

  private func askIfIdle() {
    guard !cold.isUnderWay else { return }
    cold.isUnderWay = true
    // At the end of this round, so that the whole batch of datagrams goes along.
    loop.systemLane.post { [self] in ask() }
  }

  private func ask() {
    var names: [[UInt8]] = []
    var (gathering, asked) = (cold.gathering, cold.asked)
    while names.count < NameServiceLimits.namesPerLookup, !gathering.isEmpty {
      names.append(cold.names[names.count])
      held.move(firstOf: &gathering, to: &asked)
    }
    (cold.gathering, cold.asked) = (gathering, asked)
    cold.askedNames = names
    cold.names.removeFirst(names.count)
    cold.askedStreams = Array(cold.streams.prefix(NameServiceLimits.namesPerLookup))
    names += cold.askedStreams.map(\.name)
    cold.streams.removeFirst(cold.askedStreams.count)
    cold.forgetChanges()
    directory.findRecords(for: names) { [self] found in self.found(found) }
  }

  private func found(_ found: [FoundName]) {
    var index = 0
    var socket = -1
    while !cold.asked.isEmpty {
      if cold.isOutdated(found[index]) {
        askAgain(cold.askedNames[index])
      } else {
        deliver(found[index], &socket)
      }
      index += 1
    }
    flush(socket)
    let streams = cold.askedStreams
    cold.askedStreams = []
    for entry in streams {
      if cold.isOutdated(found[index]) {
        cold.streams.append(entry)
      } else {
        if case .zone(let snapshot, let lane) = found[index] { activate(snapshot, lane) }
        entry.stream.found(found[index])
      }
      index += 1
    }
    cold.isUnderWay = false
    if !cold.gathering.isEmpty || !cold.streams.isEmpty { askIfIdle() }
  }

  /// Looks the first query that was asked for up once more, by `name`.
  private func askAgain(_ name: [UInt8]) {
    var (asked, gathering) = (cold.asked, cold.gathering)
    held.move(firstOf: &asked, to: &gathering)
    (cold.asked, cold.gathering) = (asked, gathering)
    cold.names.append(name)
  }

  /// Goes on with the first query that was asked for.
  private func deliver(_ found: FoundName, _ socket: inout Int) {
    switch found {
    case .zone(let snapshot, let lane):
      let zone = activate(snapshot, lane)
      guard zone.held.count < NameServiceLimits.heldQueriesPerZone else {
        counters.dropped += 1
        held.removeFirst(of: &cold.asked)
        return
      }
      held.move(firstOf: &cold.asked, to: &zone.held)
      zone.enqueue()
    case .unknown: refuse(.refused, &socket)
    case .failed(let reason):
      lastFailure = reason
      refuse(.serverFailure, &socket)
    }
  }

  private func refuse(_ code: ResponseCode, _ socket: inout Int) {
    _ = held.withFirst(of: cold.asked) { message, origin in
      if origin.socket != socket || loop.datagrams.isFull {
        flush(socket)
        socket = origin.socket
      }
      let lane = loop.arrivalLane(for: origin.peer)
      loop.charge(lane)
      let transport = Responder.Transport(
        address: origin.peer, isStream: false,
        seconds: UInt32(truncatingIfNeeded: loop.wallTime.seconds))
      guard case .question = responder.read(message, transport) else { return }
      loop.datagrams.reply(to: origin.peer, from: origin.local, paidBy: lane) { room in
        refuse(message, code, origin.peer, &room)
      }
    }
    held.removeFirst(of: &cold.asked)
  }
}
