// A client's request in a simulation.

import Exchange
import HTTP
import Primitives
import Runtime

/// One request of a client, and whether what it got is right. Confined to its loop.
final class SimulatedVisit: ResponseSink, @unchecked Sendable {
  // Confined to its loop.
  let number: Int
  let object: Int
  let server: SimulatedServer
  let begunAt: Instant
  private let world: SimulatedWorld
  private let life: Int
  /// The oldest version that may be answered.
  private let version: Int
  private var status: UInt16 = 0
  private var content: [UInt8] = []
  private(set) var isOver = false

  init(_ number: Int, _ object: Int, at server: SimulatedServer) {
    self.number = number
    self.object = object
    self.server = server
    world = server.world
    life = server.life
    begunAt = world.now
    version = world.oldestVersion(of: object, at: server.position)
  }

  func begin() {
    let exchange = Exchange(
      on: server.lane, client: ClientFacts(address: .local), handler: SimulatedServer.handler)
    exchange.request.method = .get
    exchange.request.authority = SimulatedWorld.host
    exchange.request.path = Array(SimulatedWorld.path(object).utf8)
    exchange.sink = self
    server.visit(exchange)
  }

  /// The client has lost its connection.
  func serverDied() { end(nil) }

  private func end(_ fault: String?) {
    guard !isOver else { return }
    isOver = true
    let isLost = !server.isUp || server.life != life
    world.ended(self, fault: isLost ? nil : fault ?? judge(), isLost: isLost)
  }

  private func judge() -> String? {
    guard status == 200 else { return "status \(status)" }
    let text = SimulatedWorld.read(content)
    guard let text, text.object == object else { return "another object's content, or a part" }
    return text.version < version
      ? "stale: version \(text.version), purged before \(version)" : nil
  }

  // MARK: - ResponseSink

  func serve(_ exchange: Exchange, on lane: Lane, for tenant: any ConnectionTenant) -> Bool { true }
  func interim(_ head: ResponseHead, for exchange: Exchange) {}

  func respond(_ exchange: Exchange) {
    begin(exchange)
    switch exchange.response.body {
    case .none, .stream: break
    case .bytes(let bytes): content += bytes.array()
    case .chunks(let chunks): for chunk in chunks { content += chunk.array() }
    }
    end(nil)
  }

  func begin(_ exchange: Exchange) { status = exchange.response.status }
  func write(_ bytes: Bytes, for exchange: Exchange) { content += bytes.array() }
  func isWritable(_ exchange: Exchange) -> Bool { true }
  func end(_ exchange: Exchange, trailers: FieldBlock?) { end(nil) }

  /// The client sees that its response broke off.
  func fail(_ exchange: Exchange) { end(Self.breakOff) }

  static let breakOff = "the response broke off"
}
