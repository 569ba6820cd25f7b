// Queries that are more than a question: signed ones, and those for transfers.

import DNS
import Primitives
import Runtime

extension NameServer {
  /// What is done with a query.
  enum SpecialAnswer {
    /// A response of so many bytes is written; 0 for none.
    case response(Int)
    /// Its signatures have to be made in another turn.
    case later
    /// Addresses that it needs are being asked for.
    case alias
    case transfer(ZoneTransfer)
  }

  /// Seconds of the wall clock since 1970.
  var seconds: UInt64 { UInt64(max(0, loop.wallTime.seconds)) }

  /// Answers the query that was read, which came from `peer` and is for `zone`.
  func answerSpecial(
    _ message: Span<UInt8>, _ zone: NameZone, _ peer: SocketAddress, isStream: Bool,
    _ room: inout MutableSpan<UInt8>
  ) -> SpecialAnswer {
    zone.lastUsed = loop.now
    if zone.snapshot.isUnanswerable { return decline(message, .serverFailure, isStream, &room) }
    var session: TSIGSession?
    if let record = responder.tsig, let start = responder.query.tsigStart {
      guard let key = zone.snapshot.transfers?.key(record),
        var made = TSIGSession(key, id: record.originalID)
      else { return decline(message, .notAuthoritative, isStream, fault: .badKey, &room) }
      do throws(TSIGSession.Fault) {
        try made.check(message, record, at: start, seconds: seconds)
      } catch {
        return decline(message, error, made, record, isStream, &room)
      }
      session = made
      responder.isAuthenticated = true
    }
    responder.signatureBytes = session?.recordBytes ?? 0
    guard responder.query.type == .axfr || responder.query.type == .ixfr else {
      return answerSigned(message, zone, session, isStream, &room)
    }
    return beginTransfer(message, zone, peer, session, isStream, &room)
  }

  // MARK: - Refusals

  private func decline(
    _ message: Span<UInt8>, _ code: ResponseCode, _ isStream: Bool, fault: ResponseCode? = nil,
    session: TSIGSession? = nil, _ room: inout MutableSpan<UInt8>
  ) -> SpecialAnswer {
    counters.answered += 1
    let length = responder.refuse(message, code, isStream: isStream, fault: fault, into: &room)
    return .response(sign(length, session, &room))
  }

  /// RFC 8945 section 5.2: what is wrong with the signature of a query.
  private func decline(
    _ message: Span<UInt8>, _ fault: TSIGSession.Fault, _ session: TSIGSession,
    _ record: TSIGRecord, _ isStream: Bool, _ room: inout MutableSpan<UInt8>
  ) -> SpecialAnswer {
    switch fault {
    case .key: return decline(message, .notAuthoritative, isStream, fault: .badKey, &room)
    case .signature:
      return decline(message, .notAuthoritative, isStream, fault: .badSignature, &room)
    case .time:
      counters.answered += 1
      responder.signatureBytes = session.recordBytes
      let length = responder.refuse(message, .notAuthoritative, isStream: isStream, into: &room)
      var session = session
      return .response(
        session.sign(
          &room, length: length, seconds: seconds, error: .badTime,
          signedAt: record.signedAtSeconds) ?? 0)
    case .malformed, .missing, .refused: return decline(message, .formatError, isStream, &room)
    case .failed: return decline(message, .serverFailure, isStream, &room)
    }
  }

  /// Signs a response, if the query was signed; its length, 0 if that fails.
  private func sign(
    _ length: Int, _ session: TSIGSession?, _ room: inout MutableSpan<UInt8>
  ) -> Int {
    guard var session, length > 0 else { return length }
    return session.sign(&room, length: length, seconds: seconds) ?? 0
  }

  // MARK: - Questions

  /// Answers a signed query as if it were not, and signs the response.
  private func answerSigned(
    _ message: Span<UInt8>, _ zone: NameZone, _ session: TSIGSession?, _ isStream: Bool,
    _ room: inout MutableSpan<UInt8>
  ) -> SpecialAnswer {
    let image = zone.snapshot.image.bytes
    let (length, answer) = responder.answer(
      message, ImageReader(image.span), nested: zone.snapshot.nested, signer: signer(of: zone),
      rules: rules(of: zone), isStream: isStream, into: &room)
    switch rest(of: answer) {
    case .nothing: break
    case .turn: return .later
    case .alias: return .alias
    }
    counters.answered += 1
    return .response(sign(length, session, &room))
  }

  // MARK: - Transfers

  private func beginTransfer(
    _ message: Span<UInt8>, _ zone: NameZone, _ peer: SocketAddress, _ session: TSIGSession?,
    _ isStream: Bool, _ room: inout MutableSpan<UInt8>
  ) -> SpecialAnswer {
    let apex = zone.snapshot.apex
    guard responder.query.name.span.equals(apex.span) else {
      return decline(message, .notAuthoritative, isStream, session: session, &room)
    }
    guard zone.snapshot.transfers?.allows(peer, key: session?.key.name) == true else {
      return decline(message, .refused, isStream, session: session, &room)
    }
    guard !zone.snapshot.image.hasFlattenedNames else {
      lastFailure =
        "\(peer) may not have \(DomainName(checkedWire: apex)?.description ?? "a zone"): names of it are "
        + "answered with the addresses of others (a CNAME at the apex, or flatten), which copies lack"
      return decline(message, .refused, isStream, session: session, &room)
    }
    guard isStream || responder.query.type == .ixfr else {
      return decline(message, .refused, isStream, session: session, &room)
    }
    var serial: SerialNumber?
    if responder.query.type == .ixfr {
      serial = serialOfClient(message)
      guard serial != nil else {
        return decline(message, .formatError, isStream, session: session, &room)
      }
    }
    let transfer = ZoneTransfer(zone, responder, message, serial: serial, session: session)
    let own = zone.snapshot.image.serial
    // Of a signed zone there are no differences that could come over UDP.
    if let serial, !own.follows(serial) || !isStream && zone.snapshot.isSigned {
      return writeSOA(transfer, isStream, &room)
    }
    guard transfer.begin() else {
      return decline(message, .serverFailure, isStream, session: session, &room)
    }
    counters.answered += 1
    return .transfer(transfer)
  }

  /// The client has all that there is, or is to ask over TCP.
  private func writeSOA(
    _ transfer: ZoneTransfer, _ isStream: Bool, _ room: inout MutableSpan<UInt8>
  ) -> SpecialAnswer {
    counters.answered += 1
    guard isStream else { return .response(transfer.writeSOA(into: &room, seconds: seconds)) }
    transfer.useSOA()
    guard case .message(let length, _) = transfer.write(into: &room, seconds: seconds) else {
      return .response(0)
    }
    return .response(length)
  }

  /// The serial number of the SOA in the authority section of a query (RFC 1995 section 3).
  private func serialOfClient(_ message: Span<UInt8>) -> SerialNumber? {
    do throws(DNSError) {
      var reader = try DNSMessageReader(message)
      while let record = try reader.next(message) {
        if record.section == .authority, record.type == .soa {
          return SerialNumber(soa: record.content.span)
        }
      }
    } catch {}
    return nil
  }

  /// Wakes `stream` when it is known what `transfer` sends.
  func plan(_ transfer: ZoneTransfer, for stream: NameStream) { plan(transfer, .stream(stream)) }

  private func plan(_ transfer: ZoneTransfer, _ asker: TransfersInPlanning.Asker) {
    planning.number += 1
    let number = planning.number
    planning.waiting[number] = (transfer, asker)
    directory.planTransfer(of: transfer.snapshot, after: transfer.serial) { [self] plan in
      guard let waiting = planning.waiting.removeValue(forKey: number) else { return }
      switch waiting.asker {
      case .stream(let stream):
        waiting.transfer.use(plan)
        stream.planned()
      case .datagram(let origin): send(waiting.transfer, plan, to: origin)
      }
    }
  }
}

// MARK: - Over UDP

extension NameServer {
  /// Writes the response to the query that was read over UDP, or nothing if that comes later. Who has not
  /// signed with a key of the zone's gets no more of them than of others.
  func answerSpecial(
    _ message: Span<UInt8>, _ zone: NameZone, _ peer: SocketAddress,
    _ room: inout MutableSpan<UInt8>, rest: inout Rest
  ) -> Int {
    let answer = answerSpecial(message, zone, peer, isStream: false, &room)
    if case .later = answer {
      rest = .turn
      return 0
    }
    if case .alias = answer {
      rest = .alias
      return 0
    }
    if rates.isOn, !responder.isProven, !responder.isAuthenticated {
      switch count(peer, zone) {
      case .send: break
      case .truncate: return responder.truncate(message, into: &room)
      case .drop: return 0
      }
    }
    if case .response(let length) = answer {
      return length > 0 ? length : responder.truncate(message, into: &room)
    }
    if case .transfer(let transfer) = answer {
      planning.asked = transfer
      rest = .turn
    }
    return 0
  }

  private func count(_ peer: SocketAddress, _ zone: NameZone) -> ResponseRateLimit.Verdict {
    let verdict = rates.count(
      network: peer.prefixHash, zone: zone.digest, node: 0, kind: UInt8.max,
      second: loop.now.nanoseconds / 1_000_000_000)
    if verdict == .truncate { counters.truncatedByRate += 1 }
    if verdict == .drop { counters.droppedByRate += 1 }
    return verdict
  }

  /// Begins the transfer that the query over UDP asks for which was answered last; false if it asks for
  /// none.
  func beginAskedTransfer(_ origin: HeldQueries.Origin) -> Bool {
    guard let transfer = planning.asked else { return false }
    planning.asked = nil
    plan(transfer, .datagram(origin))
    return true
  }

  private func send(
    _ transfer: ZoneTransfer, _ plan: TransferPlan, to origin: HeldQueries.Origin
  ) {
    loop.charge(transfer.zone.lane)
    var isWhole = false
    loop.datagrams.reply(to: origin.peer, from: origin.local, paidBy: transfer.zone.lane) { room in
      let written = transfer.writeDatagram(plan, into: &room, seconds: seconds)
      isWhole = written.isWhole
      return written.length
    }
    flush(origin.socket)
    loop.charge(loop.systemLane)
    if isWhole { counters.transfers += 1 }
  }
}
