// HTTP/1.1 on one client connection: heads become exchanges, one at a time.

import Exchange
import HTTP
import Primitives
import Runtime

/// The HTTP/1.1 side of a connection: reads requests in order, hands each to the server's handler,
/// and starts the next when the response is written and the request's body is used up.
final class HTTP1Connection {
  /// A cycle until the connection is closed.
  let connection: ServerConnection
  /// The request in flight; nil between requests.
  var exchange: Exchange?
  /// The body of that request, while it is received.
  var body: HTTP1RequestBody?
  var response = HTTP1ResponseState()
  var keepsAlive = true
  /// The client has said that it sends nothing after this request.
  var isLastRequest = false
  private var parser: HTTP1RequestParser
  /// Its head is not complete yet.
  private var partial: Exchange?
  /// Requests may wait because so much of earlier responses does.
  private var isHeldBack = false
  private var progress = OutputProgress()
  /// When the client's next bytes are due: of a request, or of the rest of one.
  private var inputDueAt: Instant

  init(_ connection: ServerConnection) {
    self.connection = connection
    inputDueAt = connection.deadline
    parser = HTTP1RequestParser(scheme: connection.client.isTLS ? .https : .http)
  }

  var wantsInput: Bool {
    if connection.ending != .none || connection.isTurnUsed { return false }
    if connection.pendingInput.count >= HTTPServerLimits.pendingInputBytes { return false }
    if let body, !body.isComplete { return body.hasRoom }
    return exchange == nil && hasOutputRoom
  }

  /// Whether the client takes its responses. While it does not, no further request of its is begun:
  /// each would add a response to those that wait.
  private var hasOutputRoom: Bool {
    connection.queuedOutputCount < HTTPServerLimits.pendingOutputBytes
  }

  /// Uses the client's bytes, as far as they can be used now; keeps the rest.
  func receive(_ bytes: Span<UInt8>) {
    guard connection.pendingInput.isEmpty else {
      connection.pendingInput.append(bytes)
      return resume()
    }
    let used = consume(bytes)
    if used < bytes.count && connection.isOpen {
      connection.pendingInput.append(bytes.extracting(used..<bytes.count))
    }
  }

  /// Goes on with bytes that were kept.
  func resume() {
    guard !connection.pendingInput.isEmpty else { return }
    var input: [UInt8] = []
    swap(&input, &connection.pendingInput)
    let used = consume(input.span)
    guard used < input.count, connection.isOpen else { return }
    if used > 0 { input.removeFirst(used) }
    connection.pendingInput = input
  }

  /// Uses bytes from the front of `input` and returns how many.
  private func consume(_ input: Span<UInt8>) -> Int {
    var position = 0
    while position < input.count && connection.isOpen && connection.ending == .none {
      let rest = input.extracting(position..<input.count)
      if let body, !body.isComplete {
        guard body.hasRoom, !connection.isTurnUsed else { break }
        position += body.receive(rest, on: connection)
        if body.isComplete { exchangeAdvanced() }
      } else {
        guard exchange == nil, hasOutputRoom, !connection.isTurnUsed, let used = parseHead(rest)
        else { break }
        position += used
      }
    }
    if !hasOutputRoom { isHeldBack = true }
    return position
  }

  private func parseHead(_ input: Span<UInt8>) -> Int? {
    let server = connection.server
    let exchange = partial ?? server.takeExchange(for: connection)
    do throws(HTTPParseError) {
      guard let used = try parser.parse(input, into: &exchange.request) else {
        if partial == nil {
          partial = exchange
          expectInput(within: HTTPServerLimits.headNanoseconds)
        }
        return nil
      }
      // The handshake may have ended since the head began.
      if partial != nil { exchange.client = connection.client }
      partial = nil
      begin(exchange, parser.framing)
      return used
    } catch {
      refuse(status: error.status)
      return nil
    }
  }

  private func begin(_ exchange: Exchange, _ framing: HTTP1MessageFraming) {
    connection.requestsInTurn += 1
    self.exchange = exchange
    exchange.sink = self
    exchange.facts.begunAt = connection.loop.now
    isLastRequest = !framing.keepAlive
    keepsAlive = framing.keepAlive && !connection.isDraining
    response = HTTP1ResponseState()
    inputDueAt = .never
    prepareBody(exchange, framing)
    connection.server.requestCount += 1
    if case .responded = connection.server.handler.handle(exchange) { respond(exchange) }
  }

  private func prepareBody(_ exchange: Exchange, _ framing: HTTP1MessageFraming) {
    body = nil
    switch framing.body {
    case .none:
      guard framing.requestsUpgrade else { return }
      let input = HTTP1RequestBody(raw: self)
      exchange.upgradedInput = input
      body = input
      return
    case .length(0): return
    case .length(let length): exchange.requestBodyLength = length
    case .chunked, .untilClose: exchange.requestBodyLength = nil
    }
    let source = HTTP1RequestBody(
      self, framing: framing.body, expectsContinue: framing.expectsContinue)
    exchange.requestBody = source
    body = source
    expectInput(within: HTTPServerLimits.bodyIdleNanoseconds)
  }

  /// Starts the next request when this one's response is written and its body is used up.
  func exchangeAdvanced() {
    guard response.isComplete, let exchange else { return }
    if let body, !body.isComplete {
      guard keepsAlive, body.discardRest() else {
        body.fail(Failure(.clientAborted))
        return endExchange(exchange, keepsAlive: false)
      }
      guard body.isComplete else { return }
    }
    endExchange(exchange, keepsAlive: keepsAlive)
  }

  private func endExchange(_ exchange: Exchange, keepsAlive: Bool) {
    self.exchange = nil
    body = nil
    connection.server.giveBack(exchange, of: connection)
    guard keepsAlive && !connection.isDraining else { return connection.endAfterOutput() }
    expectInput(within: HTTPServerLimits.idleNanoseconds)
    // For the next request, or the client's end behind the last one.
    if connection.hasEnded || !connection.isInTurn { connection.enqueue() }
  }

  /// Answers a request that can't be understood, and ends the connection: what follows it can't be
  /// trusted (RFC 9112 section 2.2).
  private func refuse(status: UInt16) {
    partial = nil
    keepsAlive = false
    connection.emit { output in HTTP1ErrorResponse.write(status: status, to: &output) }
    connection.endAfterOutput()
  }

  /// The client has finished sending. What it sent before comes first: this is called again until the
  /// connection ends.
  func inputEnded() {
    guard connection.ending == .none else { return }
    if let body, !body.isComplete {
      guard connection.pendingInput.isEmpty else { return }
      // The exchange hears of it from the body; one that is answered already ends here.
      body.inputEnded()
      return exchangeAdvanced()
    }
    if exchange != nil {
      awaitResponse()
    } else if partial != nil {
      refuse(status: 400)
    } else if connection.pendingInput.isEmpty {
      connection.endAfterOutput()
    }
  }

  /// The client has finished sending and waits for its response, or is gone: only what is sent to it
  /// tells. Over TLS who just closes is gone.
  private func awaitResponse() {
    guard !connection.isTruncated || !keepsAlive || response.isComplete else {
      return connection.abort()
    }
    guard connection.pendingInput.isEmpty, !isLastRequest else { return }
    keepsAlive = false
    isLastRequest = true
    connection.probePeer()
  }

  /// Broken or closed while nothing is received. Requests that were pipelined are kept, and come before
  /// the end.
  func hungUp() {
    if connection.isBroken { return connection.abort() }
    if connection.hasEnded { return inputEnded() }
    var rounds = 0
    while connection.isOpen && connection.pendingInput.isEmpty && rounds < 4 {
      rounds += 1
      switch connection.receive(atMost: HTTPServerLimits.pendingInputBytes) {
      case .end: return connection.inputEnded()
      case .failed: return connection.abort()
      case .bytes(let count): connection.loop.withInput(count) { connection.keep($0) }
      case .wouldBlock: return
      }
    }
  }

  /// When the client must have taken some of what waits for it; never if nothing does.
  private var outputDueAt: Instant {
    connection.pendingOutputCount > 0 ? progress.dueAt : .never
  }

  /// The client's next bytes are due then. A client that takes nothing of its responses has no more time
  /// because it goes on sending.
  func expectInput(by instant: Instant) {
    inputDueAt = instant
    connection.setDeadline(min(instant, outputDueAt))
  }

  private func expectInput(within nanoseconds: UInt64) {
    expectInput(by: connection.loop.now.advanced(byNanoseconds: nanoseconds))
  }

  func timedOut() {
    let now = connection.loop.now
    guard now < outputDueAt else { return connection.abort() }
    guard now >= inputDueAt else { return expectInput(by: inputDueAt) }
    if exchange != nil {
      bodyIsLate()
    } else if partial != nil {
      refuse(status: 408)
    } else if connection.ending != .none {
      expectInput(by: .never)
    } else if connection.pendingOutputCount == 0 || connection.isDraining {
      connection.endAfterOutput()
      expectInput(by: .never)
    } else {
      expectInput(within: HTTPServerLimits.idleNanoseconds)
    }
  }

  /// Ends a request whose body comes too slowly.
  private func bodyIsLate() {
    guard let body, body.isExpected else { return expectInput(by: .never) }
    if let next = body.checkProgress(connection.loop.now) { return expectInput(by: next) }
    body.fail(Failure(.requestTimeout, "the request's body came too slowly"))
    if response.isComplete { return exchangeAdvanced() }
    if response.hasBegun { connection.abort() } else { keepsAlive = false }
  }

  /// Ends after the request in flight. An idle connection waits a while for one more, which is told
  /// that it is the last: closing at once could meet a request on its way.
  func drain() {
    keepsAlive = false
    if exchange == nil && partial == nil && connection.pendingInput.isEmpty {
      expectInput(within: HTTPServerLimits.drainNanoseconds)
    }
  }

  /// The connection is closed: whoever works on the exchange must stop.
  func closed() {
    body?.fail(Failure(.clientAborted, "the client closed the connection"))
    exchange?.abort()
    exchange?.sink = nil
    exchange = nil
    partial?.sink = nil
    partial = nil
    body = nil
  }

  /// Output went out: a task may wait for room, or requests that were held back.
  func outputChanged() {
    let waiting = connection.pendingOutputCount
    if progress.note(waiting: waiting, sent: connection.sentByteCount, at: connection.loop.now) {
      connection.setDeadline(min(inputDueAt, outputDueAt))
    }
    if response.isStreaming, connection.isWritable(queued: waiting, for: connection.tenant) {
      exchange?.parker.wake()
    }
    if isHeldBack && hasOutputRoom {
      isHeldBack = false
      connection.enqueue()
    }
  }
}
