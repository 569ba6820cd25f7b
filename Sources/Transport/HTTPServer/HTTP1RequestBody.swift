// The body of an HTTP/1.1 request as it comes in.

import Exchange
import HTTP
import Primitives
import Runtime

/// A request body, decoded and kept in a bounded buffer until its reader takes it; or, after an
/// upgrade, whatever the client sends.
final class HTTP1RequestBody: BodySource {
  private weak var http1: HTTP1Connection?
  private var decoder: HTTP1BodyDecoder?
  private var content = TenantContent(.request)
  private var state: State
  private var reader: Parker?
  private var owesContinue: Bool
  private var discardedBytes = 0
  private var pace: BodyPace
  /// Since when there has been room for more.
  private var roomSince: Instant
  /// There was no room when progress was last looked at.
  private var wasHeldBack = false
  private(set) var trailers: FieldBlock?

  /// Where the body is in its life.
  private enum State {
    /// Before an upgrade is accepted.
    case waiting
    case receiving
    case discarding
    case complete
    case failed(Failure)
  }

  init(_ http1: HTTP1Connection, framing: HTTP1MessageFraming.Body, expectsContinue: Bool) {
    self.http1 = http1
    decoder = HTTP1BodyDecoder(framing)
    owesContinue = expectsContinue
    state = .receiving
    pace = BodyPace(begunAt: http1.connection.loop.now)
    roomSince = http1.connection.loop.now
  }

  /// The client's side of an upgrade.
  init(raw http1: HTTP1Connection) {
    self.http1 = http1
    decoder = nil
    owesContinue = false
    state = .waiting
    pace = BodyPace(begunAt: http1.connection.loop.now)
    roomSince = http1.connection.loop.now
  }

  /// Whether nothing more of the body is to come; an upgrade that was not accepted has none.
  var isComplete: Bool {
    switch state {
    case .complete, .failed, .waiting: true
    case .receiving, .discarding: false
    }
  }

  /// Whether the client owes more of the body, be it read or thrown away.
  var isExpected: Bool {
    switch state {
    case .receiving, .discarding: decoder != nil
    case .waiting, .complete, .failed: false
    }
  }

  var hasRoom: Bool {
    switch state {
    case .receiving: content.count < HTTPServerLimits.pendingBodyBytes && content.hasRoom
    case .discarding: true
    case .waiting, .complete, .failed: false
    }
  }

  // MARK: - The reader's side

  var isReady: Bool {
    if !content.isEmpty { return true }
    switch state {
    case .complete, .failed: return true
    case .waiting, .receiving, .discarding: return false
    }
  }

  var allowsBacklog: Bool { content.allowsBacklog }

  func next(_ parker: Parker) async throws(Failure) -> Bytes? {
    let hadRoom = hasRoom
    content.returned()
    while true {
      if let excess { throw excess }
      let piece = content.takeFirst()
      noteRoom(hadRoom)
      if let piece { return piece }
      switch state {
      case .complete: return nil
      case .failed(let failure): throw failure
      case .waiting, .receiving, .discarding: break
      }
      if parker.isCancelled { throw Failure(.clientAborted) }
      sendContinue()
      reader = parker
      http1?.connection.enqueue()
      _ = await parker.park()
      reader = nil
    }
  }

  func abandon() {
    content.removeAll()
    reader = nil
    if case .receiving = state { state = .discarding }
    http1?.connection.enqueue()
  }

  /// More has come than the zone takes. Its bound is known on its turn only; some of the body may be
  /// here before that.
  private var excess: Failure? {
    guard decoder != nil, let limit = http1?.exchange?.requestBodyLimit,
      pace.receivedBytes > limit
    else { return nil }
    return Failure(.requestTooLarge, "the zone takes at most \(limit) bytes")
  }

  /// The connection goes on if there is room, and was none before.
  private func noteRoom(_ hadRoom: Bool) {
    guard !hadRoom, hasRoom, let http1 else { return }
    wasHeldBack = false
    roomSince = http1.connection.loop.now
    http1.connection.enqueue()
  }

  /// RFC 9110 section 10.1.1: the reader wants the body, so the client may send it.
  private func sendContinue() {
    guard owesContinue, let http1, let exchange = http1.exchange else { return }
    owesContinue = false
    if pace.receivedBytes == 0 { http1.interim(ResponseHead(status: 100), for: exchange) }
  }

  // MARK: - The connection's side

  /// Decodes from the front of `input`, as far as there is room and `connection` has its turn, and
  /// returns how many bytes were used.
  func receive(_ input: Span<UInt8>, on connection: ServerConnection) -> Int {
    guard decoder != nil else {
      push(input, on: connection)
      return input.count
    }
    do throws(HTTPParseError) {
      let used = try decode(input, on: connection)
      http1?.expectInput(by: pace.deadline)
      return used
    } catch {
      fail(Failure(.requestInvalid, "the request's body is malformed"))
      return input.count
    }
  }

  private func decode(
    _ input: Span<UInt8>, on connection: ServerConnection
  ) throws(HTTPParseError) -> Int {
    var position = 0
    // The tenant's room was looked at before: a reception is taken as a whole.
    while position < input.count && content.count < HTTPServerLimits.pendingBodyBytes
      && !connection.isTurnUsed
    {
      let rest = input.extracting(position..<input.count)
      guard let step = try decoder?.decode(rest) else { break }
      connection.chunksInTurn += 1
      if !step.content.isEmpty { push(rest.extracting(step.content), on: connection) }
      position += step.consumed
      if case .failed = state { break }
      if step.isComplete {
        complete()
        break
      }
      if step.consumed == 0 { break }
    }
    return position
  }

  private func complete() {
    if let decoder, !decoder.trailers.isEmpty { trailers = decoder.trailers }
    state = .complete
    reader?.wake()
  }

  private func push(_ bytes: Span<UInt8>, on connection: ServerConnection) {
    pace.received(bytes.count, at: connection.loop.now)
    if case .discarding = state {
      discardedBytes += bytes.count
      if discardedBytes > HTTPServerLimits.discardedBodyBytes { fail(Failure(.requestTooLarge)) }
      return
    }
    if let excess { return fail(excess) }
    content.append(bytes, for: connection.tenant)
    reader?.wake()
  }

  /// The client accepted the upgrade: what it sends now is not HTTP.
  func startRaw() {
    if case .waiting = state { state = .receiving }
  }

  /// The response is complete: drops what is left of the body. False if that is too much.
  func discardRest() -> Bool {
    content.removeAll()
    switch state {
    case .receiving, .discarding:
      guard !owesContinue else { return false }
      state = .discarding
      return true
    case .waiting, .complete: return true
    case .failed: return false
    }
  }

  /// The client finished sending: the end of an upgraded stream, else too early.
  func inputEnded() {
    if decoder == nil {
      state = .complete
      reader?.wake()
    } else {
      fail(Failure(.clientAborted, "the client closed before its request was complete"))
    }
  }

  /// The reader sees a failure, never a shorter body.
  func fail(_ failure: Failure) {
    switch state {
    case .complete, .failed: return
    case .waiting, .receiving, .discarding: break
    }
    state = .failed(failure)
    // What follows on the connection can't be told from the rest of this body, which the client may
    // still be sending.
    http1?.keepsAlive = false
    http1?.isLastRequest = false
    content.removeAll()
    reader?.wake()
  }

  /// When to look again; nil if the body comes too slowly. Nothing is demanded of a client whose
  /// bytes nobody has asked for.
  func checkProgress(_ now: Instant) -> Instant? {
    let next = now.advanced(byNanoseconds: HTTPServerLimits.bodyIdleNanoseconds)
    guard hasRoom, !owesContinue else {
      wasHeldBack = true
      return next
    }
    if wasHeldBack {
      // Other bodies of the zone made the room: the connection reads on, and time begins anew.
      wasHeldBack = false
      roomSince = now
      http1?.connection.enqueue()
      return next
    }
    return pace.isTooSlow(at: now, since: roomSince) ? nil : next
  }
}
