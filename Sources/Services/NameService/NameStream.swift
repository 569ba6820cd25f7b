// One TCP connection of the name service.

import DNS
import Primitives
import Runtime

/// Answers the queries of one connection in their order, each behind its length in two bytes (RFC
/// 7766). Queries may come without waiting for answers.
///
/// The connection runs on the lane of its source until a query is for a zone; then on that zone's.
final class NameStream: Channel {
  private unowned let server: NameServer
  let peer: SocketAddress
  /// What was received.
  private var input: [UInt8] = []
  /// Bytes of it that are answered.
  private var answered = 0
  private var output = OutputQueue()
  /// The query in front waits for its zone to be read.
  private var waits = false
  /// What the look-up for the query in front came to, and the server's state when it began.
  private var found: FoundName?
  private var foundState: UInt64 = 0
  /// Times that the zone of the query in front was looked up.
  private var lookups = 0
  private var hasEnded = false
  /// The addresses that the query in front waits for.
  private var awaited: (zone: NameZone, entry: AliasAddresses.Entry)?
  /// The transfer that answers the query before the one in front.
  private var transfer: ZoneTransfer?
  /// Where the table has the connection; -1 if it has not.
  var position = -1

  init(descriptor: Int32, peer: SocketAddress, server: NameServer) {
    self.server = server
    self.peer = peer
    super.init(descriptor: descriptor, on: server.loop.arrivalLane(for: peer))
  }

  /// Begins to serve.
  func begin() throws(RuntimeError) {
    try register()
    extendDeadline()
    enqueue()
  }

  /// The look-up for the query in front, which began when the server was in `state`, is done; nil if
  /// its zone must be looked for anew.
  func found(_ result: FoundName?, state: UInt64) {
    waits = false
    found = result
    foundState = state
    if isOpen { enqueue() }
  }

  override func deadlineReached() { end() }

  /// Ends as soon as the queries that have come are answered.
  func drain() { enqueue() }

  override func ready() {
    guard isOpen, flush() else { return }
    server.signingBudget.begin()
    answerAll()
    let isFull = output.byteCount >= NameServiceLimits.waitingResponseBytes
    guard isOpen, flush() else { return }
    // What was in the way has gone, and nobody will tell.
    if isFull, output.byteCount < NameServiceLimits.waitingResponseBytes { enqueue() }
    let isLast = hasEnded || server.streams.isDraining
    if isLast, !waits, !hasQuery, transfer == nil, output.isEmpty { return end() }
    server.streams.note(self, bytes: input.count - answered + output.byteCount)
    server.makeRoomForBytes()
  }

  private func answerAll() {
    var budget = NameServiceLimits.streamQueriesPerTurn
    while isOpen, !waits, output.byteCount < NameServiceLimits.waitingResponseBytes {
      if let transfer { return goOn(with: transfer) }
      guard hasQuery || receiveMore() else { break }
      guard hasQuery else { continue }
      guard budget > 0 else {
        enqueue()
        break
      }
      budget -= 1
      guard answerFirst() else { break }
    }
  }

  // MARK: - Bytes

  private var hasQuery: Bool {
    input.count >= answered + 2 && input.count >= answered + 2 + firstLength
  }

  private var firstLength: Int { Int(input[answered]) << 8 | Int(input[answered + 1]) }

  /// Whether something came.
  private func receiveMore() -> Bool {
    guard canReceive, !hasEnded else { return false }
    switch receive(atMost: NameServiceLimits.streamInputBytes) {
    case .bytes(let count):
      input.removeFirst(answered)
      answered = 0
      loop.withInput(count) { input.append($0) }
      // Single bytes keep nobody's place.
      if hasQuery {
        extendDeadline()
        server.streams.touch(self)
      } else if input.count > 2 + NameServiceLimits.streamQueryBytes {
        end()
        return false
      }
      return true
    case .wouldBlock: return false
    case .end:
      hasEnded = true
      return false
    case .failed:
      end()
      return false
    }
  }

  /// Sends what waits; false if the connection is gone.
  private func flush() -> Bool {
    switch output.flush(to: self) {
    case .drained, .blocked: return true
    case .more:
      enqueue()
      return true
    case .failed:
      end()
      return false
    }
  }

  private func extendDeadline() {
    setDeadline(loop.now + .milliseconds(NameServiceLimits.idleMilliseconds))
  }

  /// Closes the connection, whatever waits.
  func end() {
    guard isOpen else { return }
    output.removeAll()
    transfer = nil
    if let (zone, entry) = awaited { server.leave(self, entry, zone) }
    awaited = nil
    close()
    server.streams.remove(self)
  }

  // MARK: - Queries

  /// Answers the query in front; false if it has to wait, for its zone or for its turn.
  private func answerFirst() -> Bool {
    guard firstLength <= NameServiceLimits.streamQueryBytes else {
      end()
      return false
    }
    let start = answered + 2
    let query = Array(input[start..<(start + firstLength)])
    let transport = Responder.Transport(
      address: peer, isStream: true,
      seconds: UInt32(truncatingIfNeeded: loop.wallTime.seconds))
    switch server.responder.read(query.span, transport) {
    case .silence:
      end()
      return false
    case .refusal(let code):
      guard goOn(on: loop.arrivalLane(for: peer)) else { return false }
      respond { room in server.refuse(query.span, code, &room) }
    case .question: return answerQuestion(query)
    }
    return true
  }

  private func answerQuestion(_ query: [UInt8]) -> Bool {
    guard let zone = server.zoneOfQuery() ?? toldZone else { return answerUnknown(query) }
    guard goOn(on: zone.lane) else { return false }
    if server.responder.isSpecial { return answerSpecial(query, zone) }
    var rest = NameServer.Rest.nothing
    guard respond({ room in server.answer(query.span, zone, &room, rest: &rest) }) else {
      return rest == .alias && awaitAlias(of: zone, query)
    }
    found = nil
    return true
  }

  /// The query in front needs addresses that are being asked for; true if it was answered that too many
  /// wait for such.
  private func awaitAlias(of zone: NameZone, _ query: [UInt8]) -> Bool {
    guard let entry = server.awaitAlias(self, zone) else {
      found = nil
      return respond { room in server.refuse(query.span, .serverFailure, &room) }
    }
    waits = true
    awaited = (zone, entry)
    return false
  }

  /// They came, or nobody waits for them any more.
  func aliasAnswered() {
    waits = false
    awaited = nil
    if isOpen { enqueue() }
  }

  private var toldZone: NameZone? {
    guard case .zone(let snapshot, _)? = found else { return nil }
    return server.told(snapshot, in: foundState)
  }

  /// Makes `payer` pay for what follows; false if its turn has to be awaited.
  private func goOn(on payer: Lane) -> Bool {
    guard lane === payer || payer.isIdleInCredit else {
      lane = payer
      enqueue()
      return false
    }
    loop.charge(payer)
    lane = payer
    return true
  }

  /// No zone in memory has the name: it is looked up.
  private func answerUnknown(_ query: [UInt8]) -> Bool {
    guard goOn(on: loop.arrivalLane(for: peer)) else { return false }
    let result = found
    found = nil
    switch result {
    case .unknown?:
      respond { room in server.refuse(query.span, server.responder.codeOfNobody, &room) }
    case .zone?, nil:
      // A zone that was found may have changed before this turn.
      if lookups < NameServiceLimits.lookupsPerQuery {
        lookups += 1
        waits = true
        server.lookUp(for: self)
        return false
      }
      fallthrough
    case .failed?: respond { room in server.refuse(query.span, .serverFailure, &room) }
    }
    return true
  }

  // MARK: - Transfers

  /// Answers a query that is signed, or asks for a transfer, which is begun then.
  private func answerSpecial(_ query: [UInt8], _ zone: NameZone) -> Bool {
    var begun: ZoneTransfer?
    var waitsForAlias = false
    let isDone = respond { room in
      switch server.answerSpecial(query.span, zone, peer, isStream: true, &room) {
      case .response(let length): return length
      case .later: return nil
      case .alias:
        waitsForAlias = true
        return nil
      case .transfer(let transfer):
        begun = transfer
        return 0
      }
    }
    guard isDone else {
      return waitsForAlias && awaitAlias(of: zone, query)
    }
    found = nil
    guard let begun else { return true }
    transfer = begun
    if begun.needsPlan {
      waits = true
      server.plan(begun, for: self)
    } else {
      begun.use(.whole(nil))
    }
    return true
  }

  /// What the transfer sends is known.
  func planned() {
    waits = false
    if isOpen { enqueue() }
  }

  /// Sends the next message of a transfer; the others have turns of their own. Who takes nothing for as
  /// long as others may be idle is cut off.
  private func goOn(with transfer: ZoneTransfer) {
    guard goOn(on: transfer.zone.lane) else { return }
    var (isLast, hasFailed) = (false, false)
    let isWritten = queue { room in
      switch transfer.write(into: &room, seconds: server.seconds) {
      case .message(let length, let last):
        isLast = last
        return length
      case .later: return nil
      case .failed:
        hasFailed = true
        return 0
      }
    }
    guard isWritten else { return }
    // The client sees that it has not come to its end.
    guard !hasFailed else { return end() }
    extendDeadline()
    server.streams.touch(self)
    transfer.zone.lastUsed = loop.now
    if isLast {
      self.transfer = nil
      server.counters.transfers += 1
    }
    enqueue()
  }

  // MARK: - Responses

  /// Takes the query in front out, and queues the response that `write` makes. False, and the query
  /// waits for another turn, if it makes none yet.
  @discardableResult
  private func respond(_ write: (inout MutableSpan<UInt8>) -> Int?) -> Bool {
    guard queue(write) else { return false }
    answered += 2 + firstLength
    lookups = 0
    return true
  }

  /// Queues the message that `write` makes; false, and it is this connection's turn again, if it makes
  /// none yet.
  private func queue(_ write: (inout MutableSpan<UInt8>) -> Int?) -> Bool {
    var isDone = true
    server.streams.withBuffer { buffer in
      var room = buffer.mutableSpan
      guard let length = write(&room) else {
        isDone = false
        return
      }
      guard length > 0 else { return }
      var framed = [UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)]
      framed.append(room.span.extracting(0..<length))
      output.append(copying: framed.span)
    }
    if !isDone { enqueue() }
    return isDone
  }
}
