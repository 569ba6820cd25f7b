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
  /// Whether the other end lives.
  private var liveness: Liveness
  private var owner: (any HTTP2ClientConnectionOwner)?
  private let openedAt: Instant
  private var idleTimeout = Duration.seconds(60)
  private var idleSince: Instant
  /// Whether it is looked whether the other end lives, while exchanges are under way.
  private let isWatched: Bool
  /// Whether it is many tenants': the other end is a server of our own.
  let isForMany: Bool
  /// Whose what is received is, where the connection is many tenants'.
  private var bill: TurnBill?
  private let streamLimit: Int
  /// Exchanges begun.
  package private(set) var exchangeCount = 0

  /// Takes over an open connection whose ALPN agreed on HTTP/2. If it `isForMany` tenants, content that one
  /// of them leaves unread keeps no window from the others: each stream's own, and each tenant's bound, hold. With a
  /// `silence` the other end must give signs of life (`Liveness`).
  package init(
    _ connection: ClientConnection, owner: any HTTP2ClientConnectionOwner,
    memory: HTTP2ClientMemory, idleTimeout: Duration, silence: Duration? = nil,
    streamLimit: Int = HTTPClientLimits.streamsPerConnection,
    isForMany: Bool = false
  ) throws(HTTPClientError) {
    self.connection = connection
    isWatched = silence != nil
    self.isForMany = isForMany
    self.streamLimit = streamLimit
    self.memory = memory
    self.idleTimeout = idleTimeout
    openedAt = connection.loop.now
    idleSince = openedAt
    liveness = Liveness(silence: silence ?? .zero, now: openedAt)
    var limits = HTTP2Limits.client
    limits.streamWindowBytes = HTTPClientLimits.firstWindowBytes
    if isForMany {
      limits.connectionWindowBytes = Int(Int32.max)
      limits.headerListBytes += FieldLimits.addedFieldBytes
      bill = TurnBill()
    }
    do throws(HTTP2Failure) {
      session = try HTTP2Session(.client, limits: limits, scratch: memory.scratch)
    } catch {
      connection.end(reset: true)
      throw .streamReset("no HTTP/2 session: \(error)")
    }
    connection.user = self
    connection.setDeadline(idleSince + idleTimeout)
    if isWatched { ask() }
    flush()
    // An owner would be told of the end of a connection that it does not have yet, and keep it then.
    guard connection.isOpen else { throw lostBy ?? .closedBeforeResponse }
    self.owner = owner
  }

  /// Whether exchanges may begin here at all, now or when others have ended.
  package var takesRequests: Bool { connection.isOpen && !isDraining && session.acceptsRequests }

  /// How long the other end took to answer last; nil if it was not asked.
  package var roundTripNanoseconds: UInt64? { liveness.roundTripNanoseconds }

  /// The time of its loop.
  package var now: Instant { connection.loop.now }

  /// How many more exchanges may begin here now.
  package func room(now: Instant, maximumAge: Duration, maximumExchanges: Int) -> Int {
    guard connection.isOpen, !isDraining, !liveness.isSilent, session.acceptsRequests,
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
    guard isWatched, session.streamCount == 0 else { return }
    liveness.begin(now: connection.loop.now)
    connection.setDeadline(liveness.looksAt)
  }

  /// Looks how long the other end takes to answer (`roundTripNanoseconds`). False if it has not answered since the
  /// last time; if nothing is under way the connection is given up then.
  package func measure() -> Bool {
    guard connection.isOpen else { return true }
    let now = connection.loop.preciseNow
    switch liveness.measure(now: now, isInUse: isWatched && session.streamCount > 0) {
    case .isGone:
      finish(.closedBeforeResponse)
      return false
    case .asks:
      session.ping(now.nanoseconds)
      flush()
      return true
    case .isSilent: return false
    case .well: return true
    }
  }

  /// Asks for a sign of life.
  private func ask() {
    let now = connection.loop.preciseNow
    liveness.ask(now: now)
    session.ping(now.nanoseconds)
  }

  /// Looks whether the other end still lives, and when to look again.
  private func look() {
    switch liveness.look(now: connection.loop.now) {
    case .well: break
    case .asks:
      ask()
      flush()
    case .isSilent:
      for case let exchange as HTTP2ClientExchange in session.attachments {
        exchange.failUnanswered()
      }
      flush()
    case .isGone: finish(.closedBeforeResponse)
    }
    if connection.isOpen { connection.setDeadline(liveness.looksAt) }
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
    if liveness.receivedAt < instant { isDraining = true }
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
    bill?.begin(connection.lane)
    receiveAll()
    bill?.end(connection.lane)
  }

  private func receiveAll() {
    var budget = HTTPClientLimits.receivedBytesPerTurn
    let frames = ExchangeLimits.framesPerTurn
    session.resume(atMost: frames, now: connection.loop.now, delegate: self)
    while connection.mayReceive && budget > 0 && !session.keepsInput {
      let reception = connection.receiveOnce(atMost: RuntimeLimits.inputBytes) { bytes in
        session.receive(bytes, atMost: frames, now: connection.loop.now, delegate: self)
      }
      switch reception {
      case .bytes(let count):
        liveness.received(now: connection.loop.now)
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
    if isWatched, session.streamCount > 0 { return look() }
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
    guard let exchange = exchange(of: stream) else { return }
    bill?.add(ExchangeLimits.frameWeightBytes, for: exchange.payer)
    exchange.headersEnded(kind, endStream: endStream, tooLarge: tooLarge)
  }

  func data(_ stream: HTTP2Stream, _ bytes: Span<UInt8>) {
    guard let exchange = exchange(of: stream) else {
      return session.consume(stream, bytes.count)
    }
    bill?.add(ExchangeLimits.frameWeightBytes + bytes.count, for: exchange.payer)
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
    liveness.answered(payload, now: connection.loop.preciseNow)
  }

  private func exchange(of stream: HTTP2Stream) -> HTTP2ClientExchange? {
    stream.attachment as? HTTP2ClientExchange
  }
}
