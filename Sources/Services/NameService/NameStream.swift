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
  /// What was received and not yet answered.
  private var input: [UInt8] = []
  private var output = OutputQueue()
  /// The query in front waits for its zone to be read.
  private var waits = false
  /// What the look-up for the query in front came to.
  private var found: FoundName?
  private var hasEnded = false
  /// Where the table has the connection.
  var position = 0

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

  /// The look-up for the query in front is done.
  func found(_ result: FoundName) {
    waits = false
    found = result
    if isOpen { enqueue() }
  }

  override func deadlineReached() { end() }

  override func ready() {
    guard isOpen else { return }
    guard flush() else { return }
    var budget = NameServiceLimits.streamQueriesPerTurn
    while isOpen, !waits, output.byteCount < NameServiceLimits.waitingResponseBytes {
      guard hasQuery || receiveMore() else { break }
      guard hasQuery else { continue }
      guard budget > 0 else {
        enqueue()
        break
      }
      budget -= 1
      guard answerFirst() else { break }
    }
    if isOpen, flush(), hasEnded, !waits, !hasQuery, output.isEmpty { end() }
  }

  // MARK: - Bytes

  private var hasQuery: Bool { input.count >= 2 && input.count >= 2 + firstLength }

  private var firstLength: Int { Int(input[0]) << 8 | Int(input[1]) }

  /// Whether something came.
  private func receiveMore() -> Bool {
    guard canReceive, !hasEnded else { return false }
    switch receive() {
    case .bytes(let count):
      loop.withInput(count) { input.append($0) }
      extendDeadline()
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

  private func end() {
    guard isOpen else { return }
    output.removeAll()
    close()
    server.streams.remove(self)
  }

  // MARK: - Queries

  /// Answers the query in front; false if it has to wait, for its zone or for its turn.
  private func answerFirst() -> Bool {
    let query = Array(input[2..<(2 + firstLength)])
    let transport = Responder.Transport(
      address: peer, isStream: true,
      seconds: UInt32(truncatingIfNeeded: loop.wallTime.seconds))
    switch server.responder.read(query.span, transport) {
    case .silence:
      end()
      return false
    case .refusal(let code): respond { room in server.refuse(query.span, code, &room) }
    case .question: return answerQuestion(query)
    }
    return true
  }

  private func answerQuestion(_ query: [UInt8]) -> Bool {
    let asked = server.responder.query
    guard let zone = server.zones.find(asked.name, isAbove: asked.type == .ds) else {
      return answerUnknown(query)
    }
    found = nil
    guard lane === zone.lane || zone.lane.isIdleInCredit else {
      lane = zone.lane
      enqueue()
      return false
    }
    loop.charge(zone.lane)
    lane = zone.lane
    respond { room in server.answer(query.span, zone, &room) }
    return true
  }

  /// No zone in memory has the name: it is looked up, once.
  private func answerUnknown(_ query: [UInt8]) -> Bool {
    guard let result = found else {
      waits = true
      server.lookUp(for: self)
      return false
    }
    found = nil
    if case .failed(let reason) = result {
      server.lastFailure = reason
      respond { room in server.refuse(query.span, .serverFailure, &room) }
    } else {
      respond { room in server.refuse(query.span, .refused, &room) }
    }
    return true
  }

  /// Takes the query in front out, and queues the response that `write` makes.
  private func respond(_ write: (inout MutableSpan<UInt8>) -> Int) {
    input.removeFirst(2 + firstLength)
    server.streams.withBuffer { buffer in
      var room = buffer.mutableSpan
      let length = write(&room)
      guard length > 0 else { return }
      var framed = [UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)]
      framed.append(room.span.extracting(0..<length))
      output.append(copying: framed.span)
    }
  }
}
