// A request from one simulated server to another.

import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime

/// One exchange on a connection, both ends of it. Confined to its loop.
final class SimulatedCall: @unchecked Sendable {
  // Confined to its loop.
  private let connection: SimulatedConnection
  private let parker: Parker
  private var interim: ((ResponseHead) -> Void)?
  // What has come back.
  private var response: (head: ResponseHead, length: UInt64?)?
  private(set) var hasHead = false
  private var pieces: [Bytes] = []
  private var isEnded = false
  private var failure: HTTPClientError?
  private var reader: Parker?
  /// The exchange at the server, until it is answered.
  private var served: Exchange?

  init(
    on connection: SimulatedConnection, _ parker: Parker, interim: ((ResponseHead) -> Void)?
  ) {
    self.connection = connection
    self.parker = parker
    self.interim = interim
  }

  // MARK: - The client's end

  func head(until deadline: Instant) async throws(HTTPClientError) -> FetchedResponse {
    while true {
      if let failure {
        abandon()
        throw failure
      }
      if let response {
        let body: ResponseBody
        if isEnded {
          body = pieces.isEmpty ? .none : .chunks(pieces)
        } else {
          body = .stream(SimulatedBody(self))
        }
        return FetchedResponse(head: response.head, body: body, contentLength: response.length)
      }
      switch await parker.park(until: deadline) {
      case .woken: continue
      case .cancelled: failure = .cancelled
      case .timedOut: failure = .firstByteTimedOut
      }
    }
  }

  func next(_ parker: Parker) async throws(Failure) -> Bytes? {
    while true {
      if !pieces.isEmpty { return pieces.removeFirst() }
      if isEnded { return nil }
      if let failure { throw failure.failure() }
      if parker.isCancelled { throw Failure(.clientAborted) }
      reader = parker
      _ = await parker.park()
      reader = nil
    }
  }

  func abandon() {
    guard !isEnded else { return }
    isEnded = true
    connection.ended(self)
    if connection.isOpen { connection.up { [self] in endService() } }
  }

  func fail(_ error: HTTPClientError) {
    guard !isEnded, failure == nil else { return }
    failure = error
    wake()
    connection.ended(self)
  }

  /// The process that asked is gone.
  func clientDied() { fail(.cancelled) }

  private func wake() {
    if hasHead || failure != nil { interim = nil }
    parker.wake()
    reader?.wake()
  }

  // MARK: - The server's end

  func arrive(_ head: RequestHead, _ content: [UInt8]) {
    let server = connection.server
    let exchange = Exchange(
      on: server.lane, client: ClientFacts(address: .local), handler: SimulatedServer.handler)
    exchange.request = head
    exchange.sink = self
    served = exchange
    server.take(exchange, from: connection.client, content)
  }

  /// Nobody wants the answer any more, or nobody gives it.
  func endService() {
    served?.abort()
    served = nil
  }
}

extension SimulatedCall: ResponseSink {
  func serve(_ exchange: Exchange, on lane: Lane, for tenant: any ConnectionTenant) -> Bool { true }

  func interim(_ head: ResponseHead, for exchange: Exchange) {
    guard served != nil else { return }
    connection.down { [self] in interim?(head) }
  }

  func respond(_ exchange: Exchange) {
    begin(exchange)
    switch exchange.response.body {
    case .none, .stream: break
    case .bytes(let bytes): write(bytes, for: exchange)
    case .chunks(let chunks): for chunk in chunks { write(chunk, for: exchange) }
    }
    end(exchange, trailers: nil)
  }

  func begin(_ exchange: Exchange) {
    guard served != nil else { return }
    var head = ResponseHead(status: exchange.response.status)
    SimulatedWorld.gather(exchange.response, into: &head.fields)
    let length = exchange.response.contentLength
    connection.down { [self] in
      response = (head, length)
      hasHead = true
      wake()
    }
  }

  func write(_ bytes: Bytes, for exchange: Exchange) {
    guard served != nil, !bytes.isEmpty else { return }
    connection.down { [self] in
      pieces.append(bytes)
      wake()
    }
  }

  func isWritable(_ exchange: Exchange) -> Bool { true }

  func end(_ exchange: Exchange, trailers: FieldBlock?) {
    guard served != nil else { return }
    served = nil
    connection.down { [self] in
      guard !isEnded else { return }
      isEnded = true
      wake()
      connection.ended(self)
    }
  }

  func fail(_ exchange: Exchange) {
    guard served != nil else { return }
    served = nil
    connection.down { [self] in fail(.responseTruncated) }
  }
}

/// A body that comes by a connection.
final class SimulatedBody: BodySource {
  private let call: SimulatedCall

  init(_ call: SimulatedCall) { self.call = call }

  var trailers: FieldBlock? { nil }
  func next(_ parker: Parker) async throws(Failure) -> Bytes? { try await call.next(parker) }
  func abandon() { call.abandon() }
}
