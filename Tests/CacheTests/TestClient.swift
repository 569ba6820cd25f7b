// A client of a cache stage, and what it saw.

import Cache
import Exchange
import HTTP
import Primitives
import Runtime

/// What a client got.
struct Reply: Sendable {
  var status: UInt16 = 0
  var fields: [(name: String, value: String)] = []
  var body: [UInt8] = []
  var contentLength: UInt64?
  /// The body was one piece in a file of memory.
  var isInFile = false
  /// The response ended as it should.
  var isComplete = false
  var failure: Failure.Kind?
  var outcome = ExchangeFacts.CacheOutcome.none

  subscript(_ name: String) -> String? {
    fields.first { $0.name.lowercased() == name.lowercased() }?.value
  }
  var text: String { String(decoding: body, as: UTF8.self) }
}

/// One request through a stage: the driver and the connection in one. Confined to its loop.
final class TestClient: ResponseSink, ExchangeDriver, @unchecked Sendable {
  // Confined to the loop of its exchange; tests look at it from there.
  private(set) var exchange: Exchange
  private(set) var reply = Reply()
  private(set) var isDone = false
  /// The statuses of interim responses.
  private(set) var interims: [UInt16] = []
  /// Bytes that the client takes before it is full; more after `drain`.
  var room = Int.max

  init(
    _ method: String, _ path: String, _ fields: [(String, String)] = [], host: String = "a.example",
    from address: SocketAddress = SocketAddress(ipv4: 127, 0, 0, 1, port: 1), on lane: Lane
  ) {
    exchange = Exchange(on: lane, client: ClientFacts(address: address), handler: NoHandler())
    exchange.request.method = HTTPMethod(Array(method.utf8).span)
    exchange.request.authority = Array(host.utf8)
    exchange.request.path = Array(path.utf8)
    for (name, value) in fields { exchange.request.fields.append(name, value) }
    exchange.sink = self
  }

  /// Evaluates the stage; true if that answered the request at once.
  @discardableResult
  func begin(_ stage: CacheStage) -> Bool {
    switch stage.evaluate(exchange) {
    case .next: preconditionFailure("the cache answers everything")
    case .respond:
      respond(exchange)
      return true
    case .start(let work): work.begin(exchange, for: self)
    case .suspend(let work): workContinues(work)
    }
    return false
  }

  func drain(_ bytes: Int) {
    room += bytes
    exchange.parker.wake()
  }

  private func run(_ work: (any Suspension)?) async {
    do throws(Failure) {
      try await work?.perform(exchange)
      await exchange.deliver()
    } catch {
      reply.failure = error.kind
    }
    isDone = true
  }

  private struct Box: @unchecked Sendable {
    // Handed to a task of the same loop.
    let work: (any Suspension)?
    init(_ work: (any Suspension)?) { self.work = work }
  }

  private func start(_ work: (any Suspension)?) {
    let lane = exchange.lane
    let box = Box(work)
    lane.start { await self.run(box.work) }
  }

  // MARK: - ExchangeDriver

  func workEnded() { start(nil) }

  func workFailed(_ failure: Failure) {
    reply.failure = failure.kind
    isDone = true
  }

  func workContinues(_ rest: any Suspension) { start(rest) }

  // MARK: - ResponseSink

  func serve(_ exchange: Exchange, on lane: Lane, for tenant: any ConnectionTenant) -> Bool { true }
  func interim(_ head: ResponseHead, for exchange: Exchange) { interims.append(head.status) }

  func respond(_ exchange: Exchange) {
    begin(exchange)
    switch exchange.response.body {
    case .none: break
    case .bytes(let bytes):
      reply.isInFile = bytes.file >= 0
      reply.body += bytes.array()
    case .chunks(let chunks): for chunk in chunks { reply.body += chunk.array() }
    case .stream: preconditionFailure("a stream is delivered")
    }
    end(exchange, trailers: nil)
  }

  func begin(_ exchange: Exchange) {
    reply.status = exchange.response.status
    reply.contentLength = exchange.response.contentLength
    reply.outcome = exchange.facts.cache
    for block in [exchange.response.stored?.fields ?? FieldBlock(), exchange.response.fields] {
      for index in block.entries.indices {
        var (name, value): ([UInt8], [UInt8]) = ([], [])
        block.withName(at: index) { name.append($0) }
        block.withValue(at: index) { value.append($0) }
        reply.fields.append(
          (String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
      }
    }
  }

  func write(_ bytes: Bytes, for exchange: Exchange) {
    reply.body += bytes.array()
    room -= room == .max ? 0 : bytes.count
  }

  func isWritable(_ exchange: Exchange) -> Bool { room > 0 }

  func end(_ exchange: Exchange, trailers: FieldBlock?) {
    reply.isComplete = true
    isDone = true
  }

  func fail(_ exchange: Exchange) { reply.failure = exchange.facts.failure?.kind }
}

/// Exchanges of tests are driven by their client.
final class NoHandler: ExchangeHandler {
  func handle(_ exchange: Exchange) -> Handling { .pending }
}
