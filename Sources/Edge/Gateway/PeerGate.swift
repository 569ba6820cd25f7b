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
  private let fleet: Fleet
  private let context: TLSServerContext
  /// Of connections of peers.
  let lane: Lane
  private let tenant = CountedConnections(limit: GatewayLimits.peerConnections)

  init(_ gateway: Gateway, _ network: PeerNetwork, _ fleet: Fleet) {
    self.gateway = gateway
    self.fleet = fleet
    self.network = network
    context = fleet.security.serverContext(scope: ZoneID(high: 0, low: 0))
    lane = Lane(loop: gateway.loop, name: "peers", isCommon: true)
  }

  func handle(_ exchange: Exchange) -> Handling {
    // The connection is all zones': each has a share of it, and none its lane.
    guard exchange.sink?.serve(exchange, on: lane, for: tenant) ?? false else {
      return refuse(exchange, Failure(.overloaded, "too many connections of peers"))
    }
    // Who it says that it is, its certificate must say, and the topology.
    let reception = PeerReception(
      exchange.request, to: network.ownName, in: network.route.topology,
      isCurrent: fleet.isCurrent
    ) { exchange.client.certificate?.clientNames.contains($0) ?? false }
    switch reception {
    case .refused(let refusal): return refuse(exchange, Self.failure(refusal))
    case .message(let subject, let sender):
      network.lane.start { await self.take(subject, sender, exchange) }
      return .pending
    case .request(let field):
      guard network.admit(exchange, field) else {
        return refuse(exchange, Failure(.proxyLoopDetected, "the request would wait for itself"))
      }
      return gateway.handle(exchange)
    }
  }

  private static func failure(_ refusal: PeerReception.Refusal) -> Failure {
    switch refusal {
    case .anonymous: Failure(.requestInvalid, "a peer's request has no Skerry-Peer")
    case .impostor: Failure(.requestInvalid, "the certificate names another")
    case .noMessage: Failure(.requestInvalid, "no message")
    case .notCurrent: Failure(.paused, "purges that were missed are being fetched")
    }
  }

  func turnCame(_ exchange: Exchange) { gateway.turnCame(exchange) }

  /// A message to this server.
  private func take(
    _ subject: PeerMessage.Subject, _ sender: String, _ exchange: Exchange
  ) async {
    var status: UInt16 = 503
    if let content = await content(of: exchange) {
      let message = PeerMessage(subject, from: sender, content)
      if let known = network.hear(message) {
        status = known
      } else if await fleet.receive(message) {
        status = 204
      }
    }
    guard !exchange.isAborted else { return }
    exchange.response.reset()
    exchange.response.status = status
    exchange.sink?.respond(exchange)
  }

  private func content(of exchange: Exchange) async -> [UInt8]? {
    guard let source = exchange.requestBody else { return [] }
    var content: [UInt8] = []
    do throws(Failure) {
      while let piece = try await source.next(exchange.parker) {
        guard content.count + piece.count <= TierLimits.messageBytes else {
          source.abandon()
          return nil
        }
        content.append(piece)
      }
    } catch { return nil }
    return content
  }

  /// The field tells the refusal from an origin's answer.
  private func refuse(_ exchange: Exchange, _ failure: Failure) -> Handling {
    exchange.facts.failure = failure
    exchange.response.status = failure.status
    exchange.response.contentLength = 0
    PeerVerdict.refused.append(to: &exchange.response.fields)
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
