// Queries over UDP.

import DNS
import Primitives
import Runtime

extension NameServer {
  /// What an answer still needs.
  enum Rest {
    case nothing
    /// Another turn: to be signed, or because a transfer begins.
    case turn
    /// Addresses that are being asked for.
    case alias
  }

  /// Answers a query at once if its zone is in memory, and its lane idle and in credit; else it waits
  /// its turn.
  func received(_ datagram: Span<UInt8>, _ arrival: DatagramArrival, socket: Int) {
    let peer = arrival.peer
    switch responder.read(datagram, transport(peer)) {
    case .silence: arrival.charge(loop.arrivalLane(for: peer))
    case .refusal(let code):
      let lane = loop.arrivalLane(for: peer)
      arrival.charge(lane)
      arrival.reply(paidBy: lane) { room in refuse(datagram, code, peer, &room) }
    case .question:
      guard let zone = zoneOfQuery() else {
        arrival.charge(loop.arrivalLane(for: peer))
        return lookUp(
          datagram, HeldQueries.Origin(peer: peer, local: arrival.local, socket: socket))
      }
      arrival.charge(zone.lane)
      // What is too long to wait is answered at once, if the zone is in credit.
      let hasPlace =
        zone.takePlace(inBatch: loop.datagrams.receiveCount)
        || datagram.count > NameServiceLimits.heldQueryBytes
      guard zone.lane.isIdleInCredit, hasPlace else {
        return hold(
          datagram, HeldQueries.Origin(peer: peer, local: arrival.local, socket: socket), zone)
      }
      signingBudget.begin(round: loop.now)
      var rest = Rest.nothing
      arrival.reply(paidBy: zone.lane) { room in
        answer(datagram, zone, peer, &room, rest: &rest)
      }
      guard rest != .nothing else { return }
      let origin = HeldQueries.Origin(peer: peer, local: arrival.local, socket: socket)
      if rest == .alias { return awaitAlias(datagram, origin, zone) }
      if !beginAskedTransfer(origin) { hold(datagram, origin, zone) }
    }
  }

  /// The zone in memory that answers the query that was read; nil if that must be looked up.
  func zoneOfQuery() -> NameZone? {
    zones.find(responder.query.name, isAbove: responder.query.type == .ds, state: state)
  }

  func transport(_ peer: SocketAddress) -> Responder.Transport {
    Responder.Transport(
      address: peer, isStream: false,
      seconds: UInt32(truncatingIfNeeded: loop.wallTime.seconds))
  }

  /// Queries that may wait for the turn of one zone.
  var placesPerZone: Int {
    max(0, held.freeCount - NameServiceLimits.heldForLookups) / NameServiceLimits.heldShare
  }

  /// Keeps a query until its zone's turn; with too many of them it is dropped, and its zone pays.
  func hold(_ query: Span<UInt8>, _ origin: HeldQueries.Origin, _ zone: NameZone) {
    guard zone.heldCount < placesPerZone,
      held.append(query, origin, to: &zone.held)
    else {
      counters.dropped += 1
      return
    }
    zone.enqueue()
  }

  /// Answers queries that waited for the turn of `zone`, which is now.
  func answerHeld(of zone: NameZone) {
    var budget = NameServiceLimits.queriesPerTurn
    var socket = -1
    signingBudget.begin()
    while budget > 0, !zone.held.isEmpty {
      budget -= 1
      var rest = Rest.nothing
      var isStill = true
      guard let origin = held.origin(firstOf: zone.held) else { break }
      if origin.socket != socket {
        flush(socket)
        socket = origin.socket
      }
      let wasTold = held.wasTold(firstOf: zone.held, in: state)
      _ = held.withFirst(of: zone.held) { message, _ in
        guard case .question = responder.read(message, transport(origin.peer)) else { return }
        // Zones may have changed since it came.
        isStill = wasTold || zoneOfQuery() === zone
        guard isStill else { return }
        loop.datagrams.reply(to: origin.peer, from: origin.local, paidBy: zone.lane) { room in
          answer(message, zone, origin.peer, &room, rest: &rest)
        }
      }
      if rest == .turn, !beginAskedTransfer(origin) { break }
      if rest == .alias {
        awaitAlias(firstOf: zone)
      } else if isStill {
        held.removeFirst(of: &zone.held)
      } else {
        lookUp(firstOf: zone, origin.peer)
      }
    }
    flush(socket)
  }

  /// Takes what has come while a zone has its turn: others' queries are answered before that goes on.
  func receiveMeanwhile() {
    for offset in sockets.indices {
      sockets[(firstReceived + offset) % sockets.count].datagrams.receiveMeanwhile()
    }
    // What is left for the others may be nothing.
    firstReceived = (firstReceived + 1) % max(1, sockets.count)
  }

  /// Sends the replies that were written, through socket `index`.
  func flush(_ index: Int) {
    if index >= 0, index < sockets.count { sockets[index].datagrams.flush() }
  }

  /// Writes the answer of `zone` to the query that was read, or less, if the sender's network has had
  /// many that were alike. Nothing if it is to be signed later.
  private func answer(
    _ message: Span<UInt8>, _ zone: NameZone, _ peer: SocketAddress,
    _ room: inout MutableSpan<UInt8>, rest: inout Rest
  ) -> Int {
    zone.lastUsed = loop.now
    if isUnanswerable(zone) { return refuse(message, .serverFailure, peer, &room) }
    if responder.isSpecial {
      return answerSpecial(message, zone, peer, &room, rest: &rest)
    }
    let image = zone.snapshot.image.bytes
    let (length, answer) = responder.answer(
      message, ImageReader(image.span), nested: zone.snapshot.nested, signer: signer(of: zone),
      rules: rules(of: zone), isStream: false, into: &room)
    rest = self.rest(of: answer)
    guard rest == .nothing else { return 0 }
    counters.answered += 1
    guard rates.isOn, !responder.isProven else { return length }
    switch rates.count(
      network: peer.prefixHash, zone: zone.digest, node: answer.node, kind: answer.kind.rawValue,
      second: second)
    {
    case .send: return length
    case .truncate:
      counters.truncatedByRate += 1
      return responder.truncate(message, into: &room)
    case .drop:
      counters.droppedByRate += 1
      return 0
    }
  }

  /// Who signs the answer to the query that was read; nil if nobody is to.
  func signer(of zone: NameZone) -> ZoneSigner? { isToSign(zone) ? zone.signer : nil }

  private func isToSign(_ zone: NameZone) -> Bool {
    zone.snapshot.signing != nil
      && (responder.query.edns?.dnssecOK == true || ZoneSigning.answers(responder.query.type))
  }

  /// Whether the query that was read gets SERVFAIL, as its answer is to be signed and can't be.
  func isUnanswerable(_ zone: NameZone) -> Bool {
    zone.snapshot.isUnanswerable || isToSign(zone) && zone.signer == nil
  }

  /// What the zone's rules are answered from; nil if it has none.
  func rules(of zone: NameZone) -> RuleContext? {
    guard zone.snapshot.hasRules else { return nil }
    return RuleContext(
      aliases: zone.aliases, turns: zone.turns, health: zone.health, locations: locations,
      hasPlaces: zone.snapshot.hasPlaces)
  }

  private var second: UInt64 { loop.now.nanoseconds / 1_000_000_000 }

  /// Writes a response without records, unless the sender's network has had many.
  func refuse(
    _ message: Span<UInt8>, _ code: ResponseCode, _ peer: SocketAddress,
    _ room: inout MutableSpan<UInt8>
  ) -> Int {
    counters.answered += 1
    guard rates.isOn, !responder.isProven else {
      return responder.refuse(message, code, isStream: false, into: &room)
    }
    switch rates.count(
      network: peer.prefixHash, zone: 0, node: 0,
      kind: UInt8(truncatingIfNeeded: code.rawValue) | 0x80, second: second)
    {
    case .send: return responder.refuse(message, code, isStream: false, into: &room)
    case .truncate where responder.query.hasQuestion:
      counters.truncatedByRate += 1
      return responder.truncate(message, into: &room)
    case .truncate, .drop:
      counters.droppedByRate += 1
      return 0
    }
  }
}
