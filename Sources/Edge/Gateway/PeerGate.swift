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
    let read = exchange.request.fields.withFirst(.skerryPeer) { PeerField($0) } ?? nil
    guard let field = read, let last = field.hops.last else {
      return refuse(exchange, Failure(.requestInvalid, "a peer's request has no Skerry-Peer"))
    }
    // Who it says that it is, its certificate must say, and the topology.
    let sender = String(decoding: last, as: UTF8.self)
    guard exchange.client.certificate?.clientNames.contains(sender) ?? false,
      network.route.topology.server(named: sender) != nil
    else { return refuse(exchange, Failure(.requestInvalid, "the certificate names another")) }
    if exchange.request.authority == Array(network.ownName.utf8) {
      return take(exchange, from: sender)
    }
    guard fleet.isCurrent else {
      return refuse(exchange, Failure(.paused, "purges that were missed are being fetched"))
    }
    guard network.admit(exchange, field) else {
      return refuse(exchange, Failure(.proxyLoopDetected, "the request would wait for itself"))
    }
    return gateway.handle(exchange)
  }

  func turnCame(_ exchange: Exchange) { gateway.turnCame(exchange) }

  /// A message to this server.
  private func take(_ exchange: Exchange, from sender: String) -> Handling {
    let path = String(decoding: exchange.request.path, as: UTF8.self)
    guard exchange.request.method == .post, let subject = PeerMessage.Subject(rawValue: path) else {
      return refuse(exchange, Failure(.requestInvalid, "no message"))
    }
    network.lane.start { await self.take(subject, sender, exchange) }
    return .pending
  }

  private func take(
    _ subject: PeerMessage.Subject, _ sender: String, _ exchange: Exchange
  ) async {
    var isDone = false
    if let content = await content(of: exchange) {
      let message = PeerMessage(subject, from: sender, content)
      isDone = subject == .nearness ? network.hear(message) : await fleet.receive(message)
    }
    guard !exchange.isAborted else { return }
    exchange.response.reset()
    exchange.response.status = isDone ? 204 : 503
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
