// Requests that other servers of the fleet make.

import Exchange
import HTTP
import HTTPServer
import Primitives
import Runtime
import TLS
import Tiers

/// Makes of a peer's request one of the client that it was asked for, and gives it to the gateway. Those who
/// come here have shown a certificate of the fleet. Confined to its loop.
final class PeerGate: ExchangeHandler, @unchecked Sendable {
  // Confined to its loop.
  private unowned let gateway: Gateway
  private let network: PeerNetwork
  private let context: TLSServerContext
  private let lane: Lane

  init(_ gateway: Gateway, _ network: PeerNetwork, _ security: PeerSecurity) {
    self.gateway = gateway
    self.network = network
    context = security.serverContext(scope: ZoneID(high: 0, low: 0))
    lane = Lane(loop: gateway.loop, name: "peers", isCommon: true)
  }

  func handle(_ exchange: Exchange) -> Handling {
    let read = exchange.request.fields.withFirst(.skerryPeer) { PeerField($0) } ?? nil
    guard let field = read else {
      return refuse(exchange, Failure(.requestInvalid, "a peer's request has no Skerry-Peer"))
    }
    guard network.takes(field, exchange.request) else {
      return refuse(exchange, Failure(.proxyLoopDetected, "the request would wait for itself"))
    }
    exchange.client.isPeer = true
    exchange.client.address = field.client ?? .local
    exchange.client.isTLS = field.isTLS
    // The zone is that of the request, whatever name the connection was made to.
    exchange.client.certificate = nil
    exchange.request.scheme = field.isTLS ? .https : .http
    exchange.facts.requestID = field.requestID
    return gateway.handle(exchange)
  }

  func turnCame(_ exchange: Exchange) { gateway.turnCame(exchange) }

  /// The field tells the refusal from an origin's answer.
  private func refuse(_ exchange: Exchange, _ failure: Failure) -> Handling {
    exchange.facts.failure = failure
    exchange.response.status = failure.status
    exchange.response.contentLength = 0
    exchange.response.fields.append(.skerryPeer, "refused")
    return .responded
  }
}

extension PeerGate: CertificateSource {
  /// All peers are shown this server's certificate.
  func certificate(
    for serverName: [UInt8]?, requester: any CertificateRequester
  ) -> CertificateChoice? {
    .use(context, lane)
  }
}
