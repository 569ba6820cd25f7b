// The body of an HTTP/2 request as it comes in.

import Exchange
import HTTP
import HTTP2Engine
import Primitives
import Runtime

/// A request body whose sender is held back by the stream's flow-control window: the window opens
/// as the reader takes pieces (RFC 9113 section 5.2), and it becomes wider when there is a reader.
final class HTTP2RequestBody: BodySource {
  private weak var http2: HTTP2Connection?
  private let stream: HTTP2Stream
  private var content = TenantContent(.request)
  private var window = ReceiveWindow()
  private var owesContinue: Bool
  private var failure: Failure?
  private var pace: BodyPace
  private(set) var isComplete = false
  private var isAbandoned = false
  private var reader: Parker?
  private var trailerBlock = FieldBlock()
  private var rules = HTTP2TrailerRules()

  init(_ http2: HTTP2Connection, stream: HTTP2Stream, expectsContinue: Bool) {
    self.http2 = http2
    self.stream = stream
    owesContinue = expectsContinue
    pace = BodyPace(begunAt: http2.connection.loop.now)
  }

  var allowsBacklog: Bool { content.allowsBacklog }

  var trailers: FieldBlock? { trailerBlock.isEmpty ? nil : trailerBlock }

  var isReady: Bool { !content.isEmpty || isComplete || isAbandoned || failure != nil }

  func next(_ parker: Parker) async throws(Failure) -> Bytes? {
    content.returned()
    openWindow()
    // The window is open for all that was taken: from here on the client owes bytes.
    let askedAt = parker.loop.now
    while true {
      if let failure = failure ?? excess { throw failure }
      if isAbandoned { throw Failure(.clientAborted, "nobody wants the request's body") }
      if let piece = content.takeFirst() {
        window.took(piece.count)
        openWindow()
        return piece
      }
      if isComplete { return nil }
      if parker.isCancelled { throw Failure(.clientAborted) }
      sendContinue()
      guard !pace.isTooSlow(at: parker.loop.now, since: askedAt) else {
        throw Failure(.requestTimeout, "the request's body came too slowly")
      }
      reader = parker
      _ = await parker.park(
        until: askedAt.advanced(byNanoseconds: HTTPServerLimits.bodyIdleNanoseconds))
      reader = nil
    }
  }

  /// RFC 9110 section 10.1.1: the reader wants the body, so a client that waits for that may send it.
  private func sendContinue() {
    guard owesContinue, let http2, let exchange = stream.attachment as? Exchange else { return }
    owesContinue = false
    if pace.receivedBytes == 0 { http2.interim(ResponseHead(status: 100), for: exchange) }
  }

  func abandon() {
    isAbandoned = true
    content.removeAll()
    window.forget()
    http2?.session?.discardContent(of: stream)
    reader?.wake()
    http2?.connection.enqueue()
  }

  func push(_ bytes: Span<UInt8>) {
    guard !isAbandoned else {
      http2?.session?.consume(stream, bytes.count)
      return
    }
    if let http2 { pace.received(bytes.count, at: http2.connection.loop.now) }
    if let excess { return fail(excess) }
    content.append(bytes, for: http2?.tenant(of: stream))
    reader?.wake()
  }

  /// More has come than the zone takes. Its bound is known on its turn only; some of the body may be
  /// here before that.
  private var excess: Failure? {
    guard let limit = (stream.attachment as? Exchange)?.requestBodyLimit,
      pace.receivedBytes > limit
    else { return nil }
    return Failure(.requestTooLarge, "the zone takes at most \(limit) bytes")
  }

  func beginTrailers() {
    trailerBlock.removeAll()
    rules = HTTP2TrailerRules()
  }

  func readTrailer(name: Span<UInt8>, value: Span<UInt8>) {
    do throws(HTTPParseError) {
      try rules.add(name, value, to: &trailerBlock)
    } catch {
      http2?.session?.noteFault(of: stream)
      fail(Failure(.requestInvalid, "a trailer field is malformed"))
    }
  }

  func end() {
    isComplete = true
    reader?.wake()
  }

  func fail(_ failure: Failure) {
    guard !isComplete, self.failure == nil else { return }
    self.failure = failure
    reader?.wake()
  }

  /// A short body needs no more than it has.
  private var canWiden: Bool {
    !isComplete && content.allowsBacklog
      && pace.receivedBytes >= UInt64(HTTPServerLimits.unaskedBodyBytes / 2)
  }

  /// Lets the client send as much as was taken, if there is room for it.
  private func openWindow() {
    guard content.hasRoom, let http2, let session = http2.session else { return }
    let width = canWiden ? HTTPServerLimits.pendingBodyBytes : nil
    if window.open(stream, of: session, width: width) { http2.connection.enqueue() }
  }
}
