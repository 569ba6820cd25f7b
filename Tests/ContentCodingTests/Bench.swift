// A response on its way through the stages of this room.

import Exchange
import HTTP
import Primitives
import Runtime

@testable import ContentCoding

/// One exchange with its response, and what the stage makes of it.
struct Bench {
  let exchange: Exchange
  let pool = EncoderPool()
  let encoders = ZoneEncoders()
  var configuration = CompressionConfiguration()

  init(on lane: Lane, method: String = "GET", _ fields: [(String, String)] = []) {
    exchange = Exchange(
      on: lane, client: ClientFacts(address: SocketAddress(ipv4: 127, 0, 0, 1, port: 1)),
      handler: NoHandler())
    exchange.request.method = HTTPMethod(Array(method.utf8).span)
    for (name, value) in fields { exchange.request.fields.append(name, value) }
    configuration.minimumBytes = 100
  }

  /// Answers with `body`, and runs both stages.
  func answer(
    status: UInt16 = 200, _ fields: [(String, String)] = [("Content-Type", "text/html")],
    isStored: Bool = false, length: UInt64? = 1_000,
    body: ResponseBody = .bytes(Bytes(Array(repeating: 0x61, count: 1_000)))
  ) {
    _ = CodingNegotiation(configuration).evaluate(exchange)
    var block = FieldBlock()
    for (name, value) in fields { block.append(name, value) }
    exchange.response.status = status
    if isStored {
      exchange.response.stored = StoredFields(block)
    } else {
      exchange.response.fields = block
    }
    exchange.response.body = body
    exchange.response.contentLength = length
    ContentCodingStage(configuration, pool: pool, encoders: encoders, loop: exchange.lane.loop)
      .transform(exchange)
  }

  func text(_ name: FieldName) -> String? {
    exchange.response.fields.text(name) ?? exchange.response.stored?.fields.text(name)
  }
}

/// Nobody answers here.
final class NoHandler: ExchangeHandler {
  func handle(_ exchange: Exchange) -> Handling { .pending }
}

/// A body whose pieces come one after the other, each ready or only after a wait.
final class ScriptedBody: BodySource, @unchecked Sendable {
  // Confined to the loop of its test.
  private var pieces: [(bytes: Bytes, isReady: Bool)]
  private let failure: Failure?
  private(set) var isAbandoned = false
  private(set) var given = 0

  init(_ pieces: [(Int, isReady: Bool)], failure: Failure? = nil) {
    self.pieces = pieces.map { (Bytes(Array(repeating: 0x62, count: $0.0)), $0.isReady) }
    self.failure = failure
  }

  var trailers: FieldBlock? {
    var trailers = FieldBlock()
    trailers.append("Content-MD5", "AAAA")
    trailers.append("X-Checksum", "1")
    return trailers
  }
  var isReady: Bool { pieces.first?.isReady ?? true }

  func next(_ parker: Parker) async throws(Failure) -> Bytes? {
    guard let piece = pieces.first else {
      if let failure { throw failure }
      return nil
    }
    pieces.removeFirst()
    given += piece.bytes.count
    return piece.bytes
  }

  func abandon() { isAbandoned = true }
}
