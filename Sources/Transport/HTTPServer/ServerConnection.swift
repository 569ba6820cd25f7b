// One client connection: bytes in, engine, bytes out.

import Exchange
import HTTP
import HTTP2Engine
import Primitives
import Runtime
import TLS

/// One connection from a client, whatever it speaks.
///
/// Its work is `ready`: send what waits, receive, give the bytes to the engine (HTTP/1.1 or HTTP/2),
/// send what the engine wrote. Work happens on the lane of the zone that it serves; before that is
/// known on the lane of the client's address.
final class ServerConnection: Channel, TenantConnection, @unchecked Sendable {
  // Confined to its loop.
  let server: HTTPServer
  var client: ClientFacts
  var session: TLSServerSession?
  var engine = Engine.undecided { didSet { noteEngine() } }
  /// The HTTP/1.1 side, which `engine` keeps: looking into that would count references.
  private var http1 = UncountedReference<HTTP1Connection>(nil)
  var choosing = Choosing.notAsked
  /// Received and not used yet: part of a head, or pipelined requests.
  var pendingInput: [UInt8] = []
  /// Plain bytes that wait for the client; with TLS they are not encrypted yet.
  var pendingOutput = OutputQueue()
  /// Encrypted bytes that wait for the client.
  var pendingRecords = OutputQueue()
  private(set) var tenant: (any ConnectionTenant)?
  /// Where the tenant's list has the connection.
  private var tenantPlace = 0
  /// The tenant is no more: the connection ends when it has nothing to do.
  private var isLeaving = false
  private var isDrainDue = false
  /// What the tenant was told of `waitingOutputCount`.
  private var toldOutputCount = 0
  var registryIndex = -1
  var isInTurn = false
  var requestsInTurn = 0
  var chunksInTurn = 0
  var recordReadsInTurn = 0
  /// Bytes of large bodies that were handed to the kernel in this turn.
  var sentInTurn = 0
  var hasTimedOut = false
  var isClosing = false
  /// The client has finished sending.
  var hasEnded = false
  var discardBudget = HTTPServerLimits.lingeringBytes
  /// The connection's end after all output is sent.
  var ending = Ending.none
  /// While it lingers: what the client had not taken when it was last seen to take anything.
  var untaken = (bytes: 0, since: Instant(nanoseconds: 0))

  /// What makes sense of the client's bytes.
  enum Engine {
    case undecided
    case http1(HTTP1Connection)
    case http2(HTTP2Connection)
    case closing

    /// Asked first where HTTP/1.1 has nothing to do: what is bound is counted.
    @inline(__always) var isHTTP2: Bool {
      if case .http2 = self { return true }
      return false
    }
  }

  /// How far the choice of the certificate is.
  enum Choosing {
    case notAsked
    case asked
    case found(CertificateChoice)
    case settled
  }

  /// How the connection is ending, if it is.
  enum Ending {
    case none
    /// Close once everything is sent, after reading what the client still sends.
    case afterOutput
    case lingering
  }

  init(descriptor: Int32, peer: SocketAddress, isTLS: Bool, server: HTTPServer) {
    self.server = server
    client = ClientFacts(address: peer)
    client.isTLS = isTLS
    super.init(descriptor: descriptor, on: server.loop.arrivalLane(for: peer))
  }

  /// Starts serving: most clients have sent something already.
  func begin() {
    if client.isTLS {
      guard let acceptor = server.acceptor else { return finish(reset: true) }
      do throws(TLSError) { session = try TLSServerSession(acceptor) } catch {
        return finish(reset: true)
      }
    }
    let limit =
      client.isTLS
      ? HTTPServerLimits.handshakeNanoseconds : HTTPServerLimits.headNanoseconds
    setDeadline(loop.now.advanced(byNanoseconds: limit))
    enqueue()
  }

  override func deadlineReached() {
    hasTimedOut = true
    enqueue()
  }

  override func ready() {
    guard isOpen else { return }
    let (payer, billed) = (lane, beginBill())
    beginTurn()
    work()
    endTurn()
    // It may have closed.
    billed?.bill.end(payer)
  }

  private func beginTurn() {
    assert(loop.output.isEmpty, "what is gathered belongs to one connection")
    server.recycle()
    sentInTurn = 0
    isInTurn = true
    server.isInTurn = true
  }

  private func endTurn() {
    // What a connection that closed in its turn had gathered must not reach the next one.
    if !isOpen {
      loop.output.removeAll(keepingCapacity: true)
    } else if !loop.output.isEmpty {
      moveGathered()
      enqueue()
    }
    server.isInTurn = false
    isInTurn = false
  }

  /// Whether further requests, chunks of their bodies, or records wait for the next turn.
  var isTurnUsed: Bool {
    requestsInTurn >= HTTPServerLimits.requestsPerTurn
      || chunksInTurn >= ExchangeLimits.chunksPerTurn
      || areRecordsRead
  }

  /// Whether further records wait for the next turn.
  private var areRecordsRead: Bool {
    recordReadsInTurn >= HTTPServerLimits.recordReadsPerTurn
  }

  /// Runs `body`, which answers in the middle of other work of the loop, as a turn of its own: what
  /// it writes leaves in one call at once. If another connection is in its turn, it leaves later.
  func takeTurn(_ body: () -> Void) {
    guard isOpen, !server.isInTurn else { return body() }
    beginTurn()
    body()
    flush()
    endTurn()
    // Requests may wait, or the client's end.
    let keptBytes = pendingInput.count + (session?.unconsumedBytes ?? 0)
    if isOpen && (keptBytes > 0 || canReceive) { enqueue() }
  }

  private func work() {
    requestsInTurn = 0
    chunksInTurn = 0
    recordReadsInTurn = 0
    if isDrainDue {
      isDrainDue = false
      drain()
    }
    if hasTimedOut {
      hasTimedOut = false
      timedOut()
      guard isOpen else { return }
    }
    flush()
    receiveAll()
    guard isOpen else { return }
    flush()
    guard isOpen else { return }
    do throws(RuntimeError) { try register() } catch { abort() }
  }

  /// Receives until the socket is drained, the engine wants no more, or the turn is long enough.
  private func receiveAll() {
    var rounds = 0
    resumeHandshake()
    resumeEngine()
    resumeRecords()
    while isOpen && canReceive && wantsInput {
      guard rounds < 4 else {
        enqueue()
        return
      }
      rounds += 1
      switch receive() {
      case .bytes(let count): loop.withInput(count) { received($0) }
      case .wouldBlock: return
      case .end:
        inputEnded()
        return
      case .failed:
        abort()
        return
      }
    }
    guard !isTurnUsed else { return enqueue() }
    if isOpen && (hasEnded || isHungUp && canReceive && !wantsInput) { hungUp() }
  }

  /// Whether bytes from the client can be used now.
  var wantsInput: Bool {
    if hasEnded || areRecordsRead { return false }
    if let wants = http1.with({ $0.wantsInput }) { return wants }
    switch engine {
    case .undecided: return !isChoosing
    case .http1(let http1): return http1.wantsInput
    case .http2(let http2): return http2.wantsInput
    case .closing: return discardBudget > 0
    }
  }

  /// Whether the handshake waits for its certificate.
  private var isChoosing: Bool {
    switch choosing {
    case .notAsked, .settled: false
    case .asked, .found: true
    }
  }

  /// Bytes from the socket: decrypts them if need be.
  private func received(_ bytes: Span<UInt8>) {
    if session == nil { receivedPlain(bytes) } else { receivedRecords(bytes) }
  }

  /// Plain bytes of the client's.
  func receivedPlain(_ bytes: Span<UInt8>) {
    switch engine {
    case .undecided: decideEngine(bytes)
    case .http1(let http1): http1.receive(bytes)
    case .http2(let http2): http2.receive(bytes)
    case .closing: discardBudget -= bytes.count
    }
  }

  /// HTTP/2 by prior knowledge starts with its preface (RFC 9113 section 3.3), else it is HTTP/1.1.
  private func decideEngine(_ bytes: Span<UInt8>) {
    pendingInput.append(bytes)
    let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    let isPreface = pendingInput.withSpan { $0.beginsLike(preface) }
    if isPreface && pendingInput.count < preface.utf8CodeUnitCount { return }
    let input = pendingInput
    pendingInput = []
    start(isPreface ? .http2 : .http11)
    receivedPlain(input.span)
  }

  /// What the client speaks, by ALPN or by its first bytes.
  enum ApplicationProtocol { case http11, http2 }

  func start(_ version: ApplicationProtocol) {
    switch version {
    case .http11: engine = .http1(HTTP1Connection(self))
    case .http2:
      let http2 = HTTP2Connection(self)
      engine = .http2(http2)
      if isDraining { http2.drain() }
    }
  }

  private func noteEngine() {
    if case .http1(let speaker) = engine {
      http1 = UncountedReference(speaker)
    } else {
      http1 = UncountedReference(nil)
    }
  }

  func outputChanged() {
    if http1.with({ $0.outputChanged() }) != nil { return }
    if case .http2(let http2) = engine { http2.outputChanged() }
  }

  private func resumeEngine() {
    guard engine.isHTTP2 || !pendingInput.isEmpty else { return }
    switch engine {
    case .http1(let http1): http1.resume()
    case .http2(let http2): http2.resume()
    case .undecided, .closing: break
    }
  }

  func inputEnded() {
    hasEnded = true
    switch engine {
    case .http1(let http1): http1.inputEnded()
    case .http2, .undecided: abort()
    case .closing: finish(reset: false)
    }
  }

  /// Whether the socket's end came without that of the TLS session (RFC 8446 section 6.1).
  var isTruncated: Bool {
    guard let session else { return false }
    return !session.receivedCloseNotify
  }

  /// The client is gone or half-closed while nothing more is wanted from it.
  private func hungUp() {
    switch engine {
    case .http1(let http1): http1.hungUp()
    case .closing: finish(reset: false)
    case .http2, .undecided: break
    }
  }

  private func timedOut() {
    switch engine {
    case .undecided: abort()
    case .closing: lingerOn()
    case .http1(let http1): http1.timedOut()
    case .http2(let http2): http2.timedOut()
    }
  }

  /// Whether no further request is wanted.
  var isDraining: Bool { isLeaving || server.isDraining }

  func drain() {
    switch engine {
    case .undecided: break
    case .http1(let http1): http1.drain()
    case .http2(let http2): http2.drain()
    case .closing: break
    }
  }

  /// Ends the connection at once, and what it is doing, if it does anything.
  func cutOff() {
    if case .closing = engine { finish(reset: false) } else { abort() }
  }

  /// Ends the connection at once; what was not sent is lost, and the client sees a reset.
  func abort() { finish(reset: true) }

  func finish(reset: Bool) {
    guard isOpen else { return }
    close(reset: reset)
    let ended = engine
    engine = .closing
    switch ended {
    case .http1(let http1): http1.closed()
    case .http2(let http2): http2.closed()
    case .undecided, .closing: break
    }
    session = nil
    pendingOutput.removeAll()
    pendingRecords.removeAll()
    pendingInput = []
    leaveTenant()
    server.connectionClosed(self)
  }

  private func leaveTenant() {
    guard let tenant else { return }
    if toldOutputCount != 0 { tenant.waitingOutputChanged(by: -toldOutputCount) }
    toldOutputCount = 0
    tenant.connectionClosed(at: tenantPlace)
    self.tenant = nil
  }

  /// Tells the tenant how much waits for the client, if that is not what it knows.
  func tellOutput() {
    if engine.isHTTP2, case .http2(let http2) = engine {
      for share in http2.shares { share.tellOutput() }
    }
    let count = waitingOutputCount
    guard count != toldOutputCount, let tenant else { return }
    tenant.waitingOutputChanged(by: count - toldOutputCount)
    toldOutputCount = count
  }

  /// Whether a response of `tenant` that has `queued` bytes waiting for this client may queue more.
  func isWritable(queued: Int, for tenant: (any ConnectionTenant)?) -> Bool {
    guard queued < HTTPServerLimits.pendingOutputBytes else { return false }
    return queued == 0 || tenant?.hasOutputRoom ?? true
  }

  /// The connection's zone is known: from now on its work is done on that zone's lane.
  func serve(on lane: Lane, for owner: any ConnectionTenant) -> Bool {
    if tenant !== owner {
      guard let place = owner.connectionOpened(self) else { return false }
      leaveTenant()
      tenant = owner
      tenantPlace = place
    }
    if self.lane !== lane { self.lane = lane }
    tellOutput()
    return true
  }

  func moved(to place: Int) { tenantPlace = place }

  func tenantRetired() {
    guard !isLeaving else { return }
    isLeaving = true
    isDrainDue = true
    enqueue()
  }
}
