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
  /// What the header section being received did wrong.
  private var fault: HTTPParseError?
  /// Since when a header section is being received.
  private var headersSince: Instant?
  private var isGoingAway = false
  /// When the client has been silent for too long.
  private var silentAt = Instant(nanoseconds: 0)
  /// When the client last took some of the output that waits, and how much waited then.
  private var takenAt = Instant(nanoseconds: 0)
  private var waitingOutput = 0
  /// Zones beside the connection's own that have streams here, or had.
  var shares: [HTTP2TenantShare] = []

  init(_ connection: ServerConnection) {
    self.connection = connection
    rules = HTTP2RequestRules(scheme: connection.client.isTLS ? .https : .http)
    do throws(HTTP2Failure) {
      session = try HTTP2Session(
        .server, limits: HTTP2Limits(), scratch: connection.server.scratch)
    } catch {
      session = nil
      connection.endAfterOutput()
    }
    extendDeadline()
  }

  var wantsInput: Bool {
    connection.ending == .none && session?.isTerminating == false
      && connection.pendingOutputCount < 4 * HTTPServerLimits.pendingOutputBytes
  }

  func receive(_ bytes: Span<UInt8>) {
    session?.receive(bytes, now: connection.loop.now, delegate: self)
  }

  func resume() {}

  /// Takes what the session has to send, up to one turn's share. Returns whether there is more.
  func pump(into output: inout [UInt8]) -> Bool {
    guard let session else { return false }
    let more = session.pull(
      into: &output, limit: HTTPServerLimits.gatheredOutputBytes, now: connection.loop.now,
      delegate: self)
    if session.lingersUntil != nil { setDeadline() }
    // After GOAWAY is sent and the streams have ended, or after a fault.
    if session.isFinished { connection.ending = .afterOutput }
    return more
  }

  func timedOut() {
    guard let session else { return connection.abort() }
    let now = connection.loop.now
    if let limit = session.lingersUntil, limit <= now {
      session.cutOffLateContent(now: now)
      connection.enqueue()
      guard silentAt <= now else { return setDeadline() }
    }
    if let since = headersSince,
      now.nanoseconds(since: since) > HTTPServerLimits.headNanoseconds
    {
      session.terminate(.enhanceYourCalm)
      connection.enqueue()
    } else if let stalled = session.stalledSince,
      now.nanoseconds(since: stalled) > HTTPServerLimits.writeIdleNanoseconds
    {
      return connection.abort()
    } else if connection.pendingOutputCount > 0 {
      let limit = takenAt.advanced(byNanoseconds: HTTPServerLimits.writeIdleNanoseconds)
      guard limit > now else { return connection.abort() }
      silentAt = limit
      return setDeadline()
    } else if isGoingAway || session.streamCount == 0 {
      session.goAway()
      if session.streamCount == 0 { connection.ending = .afterOutput }
    }
    extendDeadline()
  }

  func drain() {
    guard let session, !isGoingAway else { return }
    isGoingAway = true
    session.announceGoingAway()
    // Requests that are on their way come within a round trip.
    extendDeadline()
    connection.enqueue()
  }

  func closed() {
    session?.closeAll(.cancel, delegate: self)
    endShares { _ in true }
  }

  func outputChanged() {
    // The queue is filled only when it is empty: any other change is the client's doing.
    let waiting = connection.pendingOutputCount
    guard waiting != waitingOutput else { return }
    waitingOutput = waiting
    takenAt = connection.loop.now
  }

  func extendDeadline() {
    let limit =
      isGoingAway
      ? HTTPServerLimits.goingAwayNanoseconds
      : headersSince == nil
        ? HTTPServerLimits.idleNanoseconds : HTTPServerLimits.headNanoseconds
    silentAt = connection.loop.now.advanced(byNanoseconds: limit)
    setDeadline()
  }

  private func setDeadline() {
    connection.setDeadline(min(silentAt, session?.lingersUntil ?? silentAt))
  }
}

extension HTTP2Connection: HTTP2SessionDelegate {
  func headersBegan(_ stream: HTTP2Stream) {
    headersSince = connection.loop.now
    extendDeadline()
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
    rules = HTTP2RequestRules(scheme: exchange.request.scheme)
    fault = nil
  }

  func header(_ stream: HTTP2Stream, name: Span<UInt8>, value: Span<UInt8>) {
    if let exchange = stream.attachment as? Exchange, exchange.requestBody == nil {
      guard fault == nil else { return }
      do throws(HTTPParseError) {
        try rules.add(name, value, to: &exchange.request)
      } catch { fault = error }
    } else {
      body(of: stream)?.readTrailer(name: name, value: value)
    }
  }

  func headersEnded(
    _ stream: HTTP2Stream, kind: HTTP2HeadersKind, endStream: Bool, tooLarge: Bool
  ) {
    headersSince = nil
    extendDeadline()
    guard kind == .request, let exchange = stream.attachment as? Exchange else {
      if endStream { body(of: stream)?.end() }
      return
    }
    guard isWellFormed(exchange) || tooLarge else {
      session?.reset(stream, .protocolError)
      return
    }
    exchange.facts.begunAt = connection.loop.now
    if !endStream {
      let body = HTTP2RequestBody(self, stream: stream)
      exchange.requestBody = body
      exchange.requestBodyLength = rules.contentLength
    }
    connection.server.requestCount += 1
    if tooLarge { return refuse(exchange, status: 431) }
    if connection.server.handler.handle(exchange) == .responded { respond(exchange) }
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
