// HTTP/2 on one client connection: streams become exchanges.

import Exchange
import HTTP
import HTTP2Engine
import Primitives
import Runtime

/// The HTTP/2 side of a connection: drives the session, and makes an exchange of every request.
///
/// Exchanges of other zones run on those zones' lanes; what they write is gathered by the session
/// and leaves on the connection's next turn.
final class HTTP2Connection {
  /// A cycle until the connection is closed.
  let connection: ServerConnection
  let session: HTTP2Session?
  var table = HTTP2FieldTable()
  var fieldBytes: [UInt8] = []
  private var rules: HTTP2RequestRules
  private var trailerRules = HTTP2TrailerRules()
  /// Whose head is being received.
  // Its stream keeps it; `streamClosed` clears this before the stream lets go of it.
  private var incoming = UncountedReference<Exchange>(nil)
  /// What the header section being received did wrong.
  private var fault: HTTPParseError?
  /// Once the connection is to end: when the line is drawn behind which requests are not served.
  private var lineDueAt: Instant?
  /// It is drawn: the final GOAWAY.
  private var hasDrawnLine = false
  private let begunAt: Instant
  /// When the client has been silent for too long.
  private var silentAt = Instant(nanoseconds: 0)
  /// How the client gets on with the output that waited at the end of the last turn.
  private var progress = OutputProgress()
  /// Whose what goes over the connection is, where it is nobody's.
  var bill = TurnBill()
  /// Zones beside the connection's own that have streams here, or had.
  var shares: [HTTP2TenantShare] = []

  init(_ connection: ServerConnection) {
    self.connection = connection
    begunAt = connection.loop.now
    rules = HTTP2RequestRules(
      scheme: connection.client.isTLS ? .https : .http, isOfFleet: connection.server.isOfFleet)
    do throws(HTTP2Failure) {
      session = try HTTP2Session(
        .server, limits: connection.server.streamLimits, scratch: connection.server.scratch)
    } catch {
      session = nil
      connection.endAfterOutput()
    }
    extendDeadline()
  }

  var wantsInput: Bool {
    connection.ending == .none && session?.isTerminating == false && session?.keepsInput == false
      && connection.pendingOutputCount < 4 * HTTPServerLimits.pendingOutputBytes
  }

  func receive(_ bytes: Span<UInt8>) {
    drive { session in
      session.receive(
        bytes, atMost: ExchangeLimits.framesPerTurn, now: connection.loop.now, delegate: self)
    }
  }

  /// Goes on with frames that were kept.
  func resume() {
    guard session?.keepsInput == true else { return }
    drive { session in
      session.resume(
        atMost: ExchangeLimits.framesPerTurn, now: connection.loop.now, delegate: self)
    }
  }

  /// Since when the client owes the rest of its preface, or of a header section.
  private var headersSince: Instant? {
    guard let session, !session.isTerminating else { return nil }
    return session.awaitsPreface ? begunAt : session.headersSince
  }

  private func drive(_ body: (HTTP2Session) -> Void) {
    guard let session else { return }
    let before = (session.awaitsPreface, session.headersSince)
    body(session)
    if (session.awaitsPreface, session.headersSince) != before { extendDeadline() }
    if session.keepsInput { connection.enqueue() }
  }

  /// Takes what the session has to send, up to one turn's share. Returns whether there is more.
  func pump(into output: inout [UInt8]) -> Bool {
    guard let session else { return false }
    let more = session.pull(
      into: &output, limit: HTTPServerLimits.gatheredOutputBytes, now: connection.loop.now,
      delegate: self)
    if due < connection.deadline { setDeadline() }
    // After GOAWAY is sent and the streams have ended, or after a fault.
    if session.isFinished { connection.ending = .afterOutput }
    return more
  }

  func timedOut() {
    let now = connection.loop.now
    guard let session, now < progress.dueAt else { return connection.abort() }
    if let limit = session.lingersUntil, limit <= now {
      session.cutOffLateContent(now: now)
      connection.enqueue()
    }
    if let limit = session.stallCheckAt, limit <= now {
      session.cutOffStalled(now: now, isExcused: progress.isAwaited)
      connection.enqueue()
    }
    guard silentAt <= now else { return setDeadline() }
    if let since = headersSince,
      now.nanoseconds(since: since) >= HTTPServerLimits.headNanoseconds
    {
      session.terminate(.enhanceYourCalm)
      connection.enqueue()
    } else if let line = lineDueAt {
      if line <= now { drawLine(session) }
    } else if !progress.isAwaited, session.streamCount == 0 {
      drawLine(session)
    }
    extendDeadline()
  }

  /// No stream is accepted from now on; the connection ends with those that are open.
  private func drawLine(_ session: HTTP2Session) {
    if !hasDrawnLine { session.goAway() }
    hasDrawnLine = true
    if session.streamCount == 0 { connection.ending = .afterOutput }
  }

  func drain() {
    guard let session, lineDueAt == nil, !hasDrawnLine else { return }
    session.announceGoingAway()
    // Requests that are on their way come within a round trip; no later ones put it off.
    lineDueAt = connection.loop.now.advanced(byNanoseconds: HTTPServerLimits.goingAwayNanoseconds)
    extendDeadline()
    connection.enqueue()
  }

  func closed() {
    session?.closeAll(.cancel, delegate: self)
    endShares { _ in true }
  }

  func outputChanged() {
    let hasMoreTime = progress.note(
      waiting: connection.pendingOutputCount, sent: connection.sentByteCount,
      at: connection.loop.now)
    if hasMoreTime, due < connection.deadline { setDeadline() }
  }

  func extendDeadline() {
    if let since = headersSince {
      silentAt = since.advanced(byNanoseconds: HTTPServerLimits.headNanoseconds)
    } else {
      silentAt = connection.loop.now.advanced(byNanoseconds: HTTPServerLimits.idleNanoseconds)
    }
    if let lineDueAt, !hasDrawnLine { silentAt = min(silentAt, lineDueAt) }
    setDeadline()
  }

  private func setDeadline() { connection.setDeadline(due) }

  /// When `timedOut` has something to look at next.
  private var due: Instant {
    var due = min(silentAt, progress.dueAt)
    if let instant = session?.lingersUntil { due = min(due, instant) }
    if let instant = session?.stallCheckAt { due = min(due, instant) }
    return due
  }
}

extension HTTP2Connection: HTTP2SessionDelegate {
  func headersBegan(_ stream: HTTP2Stream) {
    // Of a malformed head no end was told.
    incoming = UncountedReference(nil)
    guard stream.attachment == nil else {
      body(of: stream)?.beginTrailers()
      return
    }
    let exchange = connection.server.takeExchange(for: connection)
    exchange.sink = self
    exchange.stream = stream
    stream.attachment = exchange
    exchange.request.scheme = connection.client.isTLS ? .https : .http
    exchange.request.version = .http2
    rules.restart(scheme: exchange.request.scheme)
    fault = nil
    incoming = UncountedReference(exchange)
  }

  func header(_ stream: HTTP2Stream, name: Span<UInt8>, value: Span<UInt8>) {
    let isOfHead: Void? = incoming.with { exchange in
      guard fault == nil else { return }
      do throws(HTTPParseError) {
        try rules.add(name, value, to: &exchange.request)
      } catch { fault = error }
    }
    if isOfHead == nil { body(of: stream)?.readTrailer(name: name, value: value) }
  }

  func headersEnded(
    _ stream: HTTP2Stream, kind: HTTP2HeadersKind, endStream: Bool, tooLarge: Bool
  ) {
    incoming = UncountedReference(nil)
    extendDeadline()
    guard kind == .request, let exchange = stream.attachment as? Exchange else {
      if endStream { body(of: stream)?.end() }
      return
    }
    guard isWellFormed(exchange) || tooLarge else {
      session?.noteFault(of: stream)
      session?.reset(stream, .protocolError)
      return
    }
    exchange.facts.begunAt = connection.loop.now
    if !endStream {
      let body = HTTP2RequestBody(
        self, stream: stream, expectsContinue: exchange.request.fields.expectsContinue)
      exchange.requestBody = body
      exchange.requestBodyLength = rules.contentLength
    }
    connection.server.requestCount += 1
    if tooLarge { return refuse(exchange, status: 431) }
    if case .responded = connection.server.handler.handle(exchange) { respond(exchange) }
    // An exchange of another zone may have been answered on that zone's account.
    connection.loop.charge(connection.lane)
  }

  /// RFC 9113 section 8.1.1: a malformed request is a stream error.
  private func isWellFormed(_ exchange: Exchange) -> Bool {
    guard fault == nil else { return false }
    do throws(HTTPParseError) {
      try rules.finish(&exchange.request)
      return true
    } catch { return false }
  }

  func data(_ stream: HTTP2Stream, _ bytes: Span<UInt8>) {
    bill(bytes.count, of: stream)
    guard let body = body(of: stream) else {
      session?.consume(stream, bytes.count)
      return
    }
    body.push(bytes)
  }

  func dataEnded(_ stream: HTTP2Stream) { body(of: stream)?.end() }

  func outputDrained(_ stream: HTTP2Stream) {
    (stream.attachment as? Exchange)?.parker.wake()
  }

  func streamClosed(_ stream: HTTP2Stream, code: HTTP2ErrorCode) {
    leaveShare(stream)
    guard let exchange = stream.attachment as? Exchange else { return }
    if incoming.with({ $0 === exchange }) == true { incoming = UncountedReference(nil) }
    body(of: stream)?.fail(Failure(.clientAborted, "the client reset the stream"))
    stream.attachment = nil
    exchange.abort()
    exchange.sink = nil
    extendDeadline()
  }

  func goAwayReceived(lastStreamID: Int32, code: HTTP2ErrorCode) {}

  func pingAcknowledged(_ payload: UInt64) {}

  private func body(of stream: HTTP2Stream) -> HTTP2RequestBody? {
    (stream.attachment as? Exchange)?.requestBody as? HTTP2RequestBody
  }

  private func refuse(_ exchange: Exchange, status: UInt16) {
    exchange.response.status = status
    exchange.response.contentLength = 0
    respond(exchange)
  }
}
