// HTTP/2 on a connection to an origin: many exchanges at once.

import Exchange
import HTTP
import HTTP2Engine
package import Primitives
import Runtime
package import TLS

/// Speaks HTTP/2 (RFC 9113) as a client. Any number of tasks make exchanges, each on a stream of
/// its own, within what the origin allows.
///
/// Confined to its loop. What is received waits in its stream until its reader takes it; the
/// stream's window bounds it.
package final class HTTP2ClientConnection: @unchecked Sendable {
  // Confined to its loop.
  let connection: ClientConnection
  let session: HTTP2Session
  let memory: HTTP2ClientMemory
  /// Why the connection ended, for the streams that it took along.
  private(set) var lostBy: HTTPClientError?
  /// The origin goes away, or stopped answering: no further exchange begins here.
  private(set) var isDraining = false
  /// The last time a byte came.
  private(set) var receivedAt: Instant
  private var owner: (any HTTP2ClientConnectionOwner)?
  private let openedAt: Instant
  private var idleTimeout = Duration.seconds(60)
  private var idleSince: Instant
  /// How long the other end may be silent while exchanges are under way, until it is asked for a sign of
  /// life, and how long it may take for that; nil: for ever.
  private let silence: Duration?
  /// It has given none: those who have no head yet ask elsewhere, and nothing begins here until it does.
  private var isSilent = false
  /// When it is looked for next: a look that comes late says that this process is slow, not the other.
  private var looksAt = Instant(nanoseconds: 0)
  /// When it was asked last and has not answered.
  private var pingedAt: Instant?
  /// When it was asked last by `measure`.
  private var measuredAt: Instant?
  /// How long it took to answer last; nil if it was not asked.
  package private(set) var roundTripNanoseconds: UInt64?
  private let streamLimit: Int
  /// Exchanges begun.
  package private(set) var exchangeCount = 0

  /// Takes over an open connection whose ALPN agreed on HTTP/2. If it `isForMany` tenants, content that one
  /// of them leaves unread keeps no window from the others: each stream's own, and each tenant's bound, hold.
  package init(
    _ connection: ClientConnection, owner: any HTTP2ClientConnectionOwner,
    memory: HTTP2ClientMemory, idleTimeout: Duration, silence: Duration? = nil,
    streamLimit: Int = HTTPClientLimits.streamsPerConnection,
    isForMany: Bool = false
  ) throws(HTTPClientError) {
    self.connection = connection
    self.silence = silence
    self.streamLimit = streamLimit
    self.memory = memory
    self.idleTimeout = idleTimeout
    openedAt = connection.loop.now
    idleSince = openedAt
    receivedAt = openedAt
    var limits = HTTP2Limits.client
    limits.streamWindowBytes = HTTPClientLimits.firstWindowBytes
    if isForMany { limits.connectionWindowBytes = Int(Int32.max) }
    do throws(HTTP2Failure) {
      session = try HTTP2Session(.client, limits: limits, scratch: memory.scratch)
    } catch {
      connection.end(reset: true)
      throw .streamReset("no HTTP/2 session: \(error)")
    }
    connection.user = self
    connection.setDeadline(idleSince + idleTimeout)
    if silence != nil { ask() }
    flush()
    // An owner would be told of the end of a connection that it does not have yet, and keep it then.
    guard connection.isOpen else { throw lostBy ?? .closedBeforeResponse }
    self.owner = owner
  }

  /// Whether exchanges may begin here at all, now or when others have ended.
  package var takesRequests: Bool { connection.isOpen && !isDraining && session.acceptsRequests }

  /// The time of its loop.
  package var now: Instant { connection.loop.now }

  /// How many more exchanges may begin here now.
  package func room(now: Instant, maximumAge: Duration, maximumExchanges: Int) -> Int {
    guard connection.isOpen, !isDraining, !isSilent, session.acceptsRequests,
      exchangeCount < maximumExchanges, now < openedAt + maximumAge
    else { return 0 }
    let limit = min(session.peerConcurrentStreams, streamLimit)
    return max(0, limit - session.streamCount)
  }

  /// What the origin gave to resume its TLS session with; nil if nothing since the last call.
  package func takeResumption() -> TLSResumption? { connection.takeResumption() }

  /// No exchange begins here any more; the connection closes after the last one.
  package func drain() {
    isDraining = true
    if session.streamCount == 0 { finish(nil) }
  }

  func noteBegin() {
    exchangeCount += 1
    if let silence, session.streamCount == 0 { lookLater(silence) }
  }

  /// Looks how long the other end takes to answer (`roundTripNanoseconds`). False, and the connection is
  /// given up, if it has not answered since the last time.
  package func measure() -> Bool {
    guard connection.isOpen else { return true }
    // For a sign of life it may have been asked since, and a moment ago.
    if let measuredAt, receivedAt < measuredAt {
      finish(.closedBeforeResponse)
      return false
    }
    ask()
    measuredAt = pingedAt
    flush()
    return true
  }

  private func lookLater(_ silence: Duration) {
    looksAt = connection.loop.now + silence
    connection.setDeadline(looksAt)
  }

  /// Asks for a sign of life.
  private func ask() {
    let now = connection.loop.preciseNow
    pingedAt = now
    session.ping(now.nanoseconds)
  }

  /// Looks whether the other end still lives; false if it was given up. What is half-way here is left more
  /// time than what can go elsewhere.
  private func watch(_ silence: Duration, _ now: Instant) -> Bool {
    if now >= looksAt + silence / 4 {
      pingedAt = nil
      receivedAt = now
      return connection.isOpen
    }
    guard let asked = pingedAt, receivedAt < asked else {
      if now >= receivedAt + silence {
        ask()
        flush()
      }
      return connection.isOpen
    }
    guard now < asked + silence * HTTPClientLimits.silencesEndured else {
      finish(.closedBeforeResponse)
      return false
    }
    if !isSilent, now >= asked + silence {
      isSilent = true
      for case let exchange as HTTP2ClientExchange in session.attachments {
        exchange.failUnanswered()
      }
      flush()
    }
    return connection.isOpen
  }

  // MARK: - Sending

  /// Sends what the session has to say, as far as the kernel keeps up. Not from within an event.
  func flush() {
    var hasMore = true
    while hasMore, connection.isOpen,
      connection.queuedBytes < HTTPClientLimits.pendingOutputBytes
    {
      var output: [UInt8] = []
      swap(&output, &connection.loop.output)
      defer {
        output.removeAll(keepingCapacity: true)
        swap(&output, &connection.loop.output)
      }
      hasMore = session.pull(
        into: &output, limit: HTTPClientLimits.bodyBlockBytes, now: connection.loop.now,
        delegate: self)
      guard !output.isEmpty else { break }
      do throws(HTTPClientError) { try connection.transmit(output.span) } catch {
        return finish(error)
      }
    }
    if connection.isOpen && session.isFinished && connection.queuedBytes == 0 {
      finish(.closedBeforeResponse)
    }
  }

  // MARK: - Ends

  /// A stream has ended.
  func streamEnded() {
    guard connection.isOpen else { return }
    if session.streamCount == 0 { idleSince = connection.loop.now }
    // Not at once: this is an event of the session.
    connection.enqueue()
  }

  /// A stream was given up for slowness: if nothing at all has come since, the origin is gone.
  func suspect(since instant: Instant) {
    if receivedAt < instant { isDraining = true }
  }

  private func finish(_ error: HTTPClientError?) {
    guard connection.isOpen else { return }
    lostBy = error ?? .closedBeforeResponse
    isDraining = true
    connection.end(reset: session.streamCount > 0)
    session.closeAll(.internalError, delegate: self)
    let owner = owner
    self.owner = nil
    owner?.connectionClosed(self)
  }
}

extension HTTP2ClientConnection: ClientConnectionUser {
  func connectionReady() {
    var budget = HTTPClientLimits.receivedBytesPerTurn
    let frames = ExchangeLimits.framesPerTurn
    session.resume(atMost: frames, now: connection.loop.now, delegate: self)
    while connection.mayReceive && budget > 0 && !session.keepsInput {
      let reception = connection.receiveOnce(atMost: RuntimeLimits.inputBytes) { bytes in
        session.receive(bytes, atMost: frames, now: connection.loop.now, delegate: self)
      }
      switch reception {
      case .bytes(let count):
        receivedAt = connection.loop.now
        isSilent = false
        budget -= max(count, HTTPClientLimits.leastCountedBytes)
      case .wouldBlock: break
      case .end:
        flush()
        return finish(.closedBeforeResponse)
      case .failed(let error): return finish(error)
      }
    }
    if budget <= 0 || session.keepsInput { connection.enqueue() }
    flush()
    guard connection.isOpen else { return }
    if isDraining && session.streamCount == 0 {
      finish(nil)
    } else {
      // Also where it takes no more: who waits for it looks elsewhere.
      owner?.connectionHasRoom(self)
    }
  }

  func connectionFailed(_ error: HTTPClientError) { finish(error) }

  func connectionDeadlineReached() {
    guard connection.isOpen else { return }
    let now = connection.loop.now
    if session.streamCount == 0 && now >= idleSince + idleTimeout { return drain() }
    if let silence, session.streamCount > 0 {
      if watch(silence, now) { lookLater(silence) }
      return
    }
    let due = session.streamCount == 0 ? idleSince + idleTimeout : now + idleTimeout
    connection.setDeadline(due)
  }
}

extension HTTP2ClientConnection: HTTP2SessionDelegate {
  func headersBegan(_ stream: HTTP2Stream) { exchange(of: stream)?.headersBegan() }

  func header(_ stream: HTTP2Stream, name: Span<UInt8>, value: Span<UInt8>) {
    exchange(of: stream)?.header(name, value)
  }

  func headersEnded(
    _ stream: HTTP2Stream, kind: HTTP2HeadersKind, endStream: Bool, tooLarge: Bool
  ) {
    exchange(of: stream)?.headersEnded(kind, endStream: endStream, tooLarge: tooLarge)
  }

  func data(_ stream: HTTP2Stream, _ bytes: Span<UInt8>) {
    guard let exchange = exchange(of: stream) else {
      return session.consume(stream, bytes.count)
    }
    exchange.data(bytes)
  }

  func dataEnded(_ stream: HTTP2Stream) { exchange(of: stream)?.ended() }

  func outputDrained(_ stream: HTTP2Stream) { exchange(of: stream)?.upload?.drained() }

  func streamClosed(_ stream: HTTP2Stream, code: HTTP2ErrorCode) {
    exchange(of: stream)?.closed(code)
    streamEnded()
  }

  func goAwayReceived(lastStreamID: Int32, code: HTTP2ErrorCode) { isDraining = true }

  func pingAcknowledged(_ payload: UInt64) {
    guard let asked = pingedAt, asked.nanoseconds == payload else { return }
    pingedAt = nil
    roundTripNanoseconds = connection.loop.preciseNow.nanoseconds(since: asked)
  }

  private func exchange(of stream: HTTP2Stream) -> HTTP2ClientExchange? {
    stream.attachment as? HTTP2ClientExchange
  }
}
