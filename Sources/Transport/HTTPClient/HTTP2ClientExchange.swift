// One stream of an HTTP/2 connection as its exchange sees it.

import Exchange
import HTTP
import HTTP2Engine
import Primitives
import Runtime

/// The response side of one exchange: events come in from the session, the task takes the head and
/// then, as a `BodySource`, the content. What is not taken keeps the stream's window closed.
final class HTTP2ClientExchange: BodySource, @unchecked Sendable {
  // Confined to its loop.
  let http2: HTTP2ClientConnection
  /// Whose it is.
  let payer: Lane
  var stream: HTTP2Stream?
  var upload: RequestUpload?
  /// The last time something moved.
  var progressAt: Instant
  private(set) var trailers: FieldBlock?
  private let method: HTTPMethod
  private let timeouts: ClientTimeouts
  /// Until the head has come: whoever listens may keep the body, and so this.
  private var interim: ((ResponseHead) -> Void)?
  private let begunAt: Instant
  private var reader: Parker?
  private var head = ResponseHead(status: 0)
  private var rules: HTTP2ResponseRules
  private var trailerRules = HTTP2TrailerRules()
  private var trailerFields = FieldBlock()
  private var hasHead = false
  private var isEnded = false
  private var failure: HTTPClientError?
  private var content = TenantContent(.response)
  private let tenant: (any ContentTenant)?
  private var receivedBytes = 0
  private var window = ReceiveWindow()
  private var interimCount = 0

  init(
    on http2: HTTP2ClientConnection, for request: borrowing ClientRequest, of lane: Lane
  ) {
    self.http2 = http2
    rules = HTTP2ResponseRules(isOfFleet: http2.isForMany)
    payer = lane
    method = request.head.method
    timeouts = request.timeouts
    interim = request.interim
    tenant = request.tenant
    begunAt = http2.connection.loop.now
    progressAt = begunAt
  }

  // MARK: - The task's side

  /// Waits for the final head.
  func awaitHead(_ parker: Parker) async throws(HTTPClientError) -> FetchedResponse {
    reader = parker
    while !hasHead {
      if let failure { throw failure }
      let isUploading = upload != nil
      let patience = isUploading ? timeouts.betweenBytes : timeouts.firstByte
      switch await parker.park(until: progressAt + patience) {
      case .woken: continue
      case .cancelled: throw .cancelled
      case .timedOut:
        if upload?.awaitsSource == true { progressAt = http2.connection.loop.now }
        guard http2.connection.loop.now >= progressAt + patience else { continue }
        http2.suspect(since: begunAt)
        throw isUploading ? .writeTimedOut : .firstByteTimedOut
      }
    }
    return response()
  }

  private func response() -> FetchedResponse {
    let announced = rules.contentLength
    guard isEnded && trailers == nil && failure == nil else {
      return FetchedResponse(head: head, body: .stream(self), contentLength: announced)
    }
    let length = head.hasNoContent(for: method) ? announced : UInt64(content.count)
    let pieces = content.takeAll()
    let body: ResponseBody =
      pieces.count > 1 ? .chunks(pieces) : pieces.first.map { .bytes($0) } ?? .none
    return FetchedResponse(head: head, body: body, contentLength: length)
  }

  var isReady: Bool { !content.isEmpty || isEnded || failure != nil }

  func next(_ parker: Parker) async throws(Failure) -> Bytes? {
    let askedAt = http2.connection.loop.now
    content.returned()
    openWindow()
    while true {
      if let piece = take() { return piece }
      if isEnded && failure == nil { return nil }
      if let failure { throw failure.failure() }
      reader = parker
      switch await parker.park(until: max(progressAt, askedAt) + timeouts.betweenBytes) {
      case .woken: continue
      case .cancelled: throw giveUp(.cancelled)
      case .timedOut:
        let due = max(progressAt, askedAt) + timeouts.betweenBytes
        guard http2.connection.loop.now >= due else { continue }
        http2.suspect(since: askedAt)
        throw giveUp(.readTimedOut)
      }
    }
  }

  func abandon() {
    content.removeAll()
    window.forget()
    if !isEnded && failure == nil { _ = giveUp(.cancelled) }
  }

  private func take() -> Bytes? {
    guard let piece = content.takeFirst() else { return nil }
    window.took(piece.count)
    openWindow()
    return piece
  }

  /// Lets the origin send as much as was taken, if there is room for it, and more once there is a reader.
  private func openWindow() {
    guard content.hasRoom, let stream else { return }
    let canWiden =
      !isEnded && content.allowsBacklog && receivedBytes >= HTTPClientLimits.firstWindowBytes / 2
    let width = canWiden ? HTTPClientLimits.streamWindowBytes : nil
    if window.open(stream, of: http2.session, width: width) { http2.flush() }
  }

  private func giveUp(_ error: HTTPClientError) -> Failure {
    fail(error)
    http2.flush()
    return error.failure()
  }

  /// Breaks the stream off: the origin sees that the request is not wanted, or not complete.
  func fail(_ error: HTTPClientError) {
    guard failure == nil else { return }
    failure = error
    interim = nil
    upload?.stop()
    upload = nil
    if let stream { http2.session.reset(stream, .cancel) }
    reader?.wake()
  }

  /// Breaks it off if nothing of a response has come.
  func failUnanswered() {
    if !hasHead { fail(.unresponsive) }
  }

  /// The upload has sent the request's last byte: the origin's time to answer begins.
  func uploadEnded() {
    upload = nil
    progressAt = http2.connection.loop.now
  }

  // MARK: - Events

  func headersBegan() {
    guard !hasHead else { return }
    head = ResponseHead(status: 0)
    rules = HTTP2ResponseRules(isOfFleet: http2.isForMany)
  }

  func header(_ name: Span<UInt8>, _ value: Span<UInt8>) {
    guard failure == nil else { return }
    do throws(HTTPParseError) {
      if hasHead {
        try trailerRules.add(name, value, to: &trailerFields)
      } else {
        try rules.add(name, value, to: &head)
      }
    } catch {
      fail(.responseMalformed(error))
    }
  }

  func headersEnded(_ kind: HTTP2HeadersKind, endStream: Bool, tooLarge: Bool) {
    guard failure == nil else { return }
    progressAt = http2.connection.loop.now
    if tooLarge { return fail(.responseInvalid("the response's fields are too large")) }
    switch kind {
    case .interim: interimEnded()
    case .response:
      do throws(HTTPParseError) { try rules.finish() } catch {
        return fail(.responseMalformed(error))
      }
      hasHead = true
      interim = nil
      if head.status >= 300 { upload?.stop() } else { upload?.proceed() }
    case .trailers: if !trailerFields.isEmpty { trailers = trailerFields }
    case .request: return
    }
    if endStream { ended() }
    reader?.wake()
  }

  private func interimEnded() {
    interimCount += 1
    if interimCount > HTTPClientLimits.interimResponses {
      return fail(.responseInvalid("too many interim responses"))
    }
    if head.status == 100 { upload?.proceed() } else { interim?(head) }
  }

  func data(_ bytes: Span<UInt8>) {
    progressAt = http2.connection.loop.now
    guard failure == nil else {
      if let stream { http2.session.consume(stream, bytes.count) }
      return
    }
    receivedBytes += bytes.count
    content.append(bytes, for: tenant)
    reader?.wake()
  }

  func ended() {
    isEnded = true
    // The response is complete: nothing of the request is wanted any more.
    if let upload {
      upload.stop()
      self.upload = nil
      if let stream { http2.session.reset(stream, .cancel) }
    }
    reader?.wake()
  }

  func closed(_ code: HTTP2ErrorCode) {
    upload?.stop()
    upload = nil
    stream = nil
    if !isEnded && failure == nil { failure = error(code) }
    reader?.wake()
  }

  private func error(_ code: HTTP2ErrorCode) -> HTTPClientError {
    if hasHead { return .responseTruncated }
    if let lostBy = http2.lostBy { return lostBy }
    // RFC 9113 section 8.7: not processed.
    if code == .refusedStream { return http2.isDraining ? .goneAway : .refusedUnprocessed }
    if code == .http11Required { return .http11Required }
    return .streamReset("the origin reset the stream (code \(code.rawValue))")
  }
}
