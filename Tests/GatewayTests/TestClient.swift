// A client's request at a gateway, without a connection.

import Exchange
import HTTP
import Primitives
import Runtime

/// What a client got.
struct Reply: Sendable, Equatable {
  let status: UInt16
  /// The value of the field that tests' zones mark their responses with.
  let mark: String?
}

/// One request and the connection that it came by. Confined to its loop.
final class TestClient: ResponseSink, TenantConnection, @unchecked Sendable {
  // Confined to the loop of its exchange.
  let exchange: Exchange
  private let ended: @Sendable (Reply) -> Void
  private(set) var tenant: (any ConnectionTenant)?
  private(set) var place = 0
  private(set) var isTenantRetired = false
  /// The connection stays after the response, until `close`.
  var staysOpen = false

  init(
    _ host: String, _ path: String, at handler: any ExchangeHandler, on lane: Lane,
    ended: @escaping @Sendable (Reply) -> Void
  ) {
    self.ended = ended
    let address = SocketAddress(ipv4: 127, 0, 0, 1, port: 1)
    exchange = Exchange(on: lane, client: ClientFacts(address: address), handler: handler)
    exchange.request.authority = Array(host.utf8)
    exchange.request.path = Array(path.utf8)
    exchange.sink = self
  }

  func begin() {
    if exchange.handler.handle(exchange) == .responded { respond(exchange) }
  }

  /// The client goes away.
  func close() {
    tenant?.connectionClosed(at: place)
    tenant = nil
    exchange.sink = nil
  }

  func moved(to place: Int) { self.place = place }

  func tenantRetired() {
    isTenantRetired = true
    close()
  }

  func serve(_ exchange: Exchange, on lane: Lane, for tenant: any ConnectionTenant) -> Bool {
    guard self.tenant !== tenant else { return true }
    guard let place = tenant.connectionOpened(self) else { return false }
    self.tenant?.connectionClosed(at: self.place)
    (self.tenant, self.place) = (tenant, place)
    return true
  }

  func respond(_ exchange: Exchange) {
    var mark: [UInt8]?
    let fields = exchange.response.fields
    for index in 0..<fields.count {
      var name: [UInt8] = []
      var value: [UInt8] = []
      fields.withName(at: index) { name.append($0) }
      fields.withValue(at: index) { value.append($0) }
      if String(decoding: name, as: UTF8.self) == "X-Rev" { mark = value }
    }
    ended(
      Reply(
        status: exchange.response.status, mark: mark.map { String(decoding: $0, as: UTF8.self) }))
    if !staysOpen { exchange.loop.systemLane.post { self.close() } }
  }

  func interim(_ head: ResponseHead, for exchange: Exchange) {}
  func begin(_ exchange: Exchange) { respond(exchange) }
  func write(_ bytes: Bytes, for exchange: Exchange) {}
  func isWritable(_ exchange: Exchange) -> Bool { true }
  func end(_ exchange: Exchange, trailers: FieldBlock?) {}
  func fail(_ exchange: Exchange) {}
}
