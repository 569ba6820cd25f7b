// One fetch on its way through the tiers.

import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime

/// Asks peers one after the other until one answers, and the origin if none does.
///
/// Confined to its loop.
final class TierFetch: FetchMaker, @unchecked Sendable {
  // Confined to its loop.
  private let source: TierSource
  private let fetch: Fetch
  private let receiver: any FetchReceiver
  private let field: PeerField
  private let key: UInt64
  private let steps: [TierRoute.Step]
  /// The network's route that the steps are of.
  private let generation: Int
  private let parker: Parker

  /// A fetch that peers may be asked for; nil if it is the origin's at once: what is not for all, has content,
  /// or has nobody above.
  init?(_ fetch: Fetch, at source: TierSource, for receiver: any FetchReceiver) {
    guard fetch.isForAll, fetch.request.method == .get, fetch.body == nil,
      fetch.upgradedInput == nil, !source.isFlat, !fetch.request.fields.contains(.authorization)
    else { return nil }
    let route = source.network.route
    let passed = fetch.client.isPeer ? Self.field(of: fetch.request.fields) : nil
    let hops = passed?.hops ?? []
    guard hops.count < TierLimits.hops else { return nil }
    let last = hops.last.flatMap { name in
      route.topology.server(named: String(decoding: name, as: UTF8.self))
    }
    key = ServerRanking.hash(fetch.request.authority, fetch.request.path)
    steps = route.steps(
      for: key, isFromBeside: last.map { route.isBeside($0) } ?? false, above: source.above)
    guard !steps.isEmpty else { return nil }
    generation = source.network.generation
    self.source = source
    self.fetch = fetch
    self.receiver = receiver
    field = PeerField(
      hops: hops + [Array(source.network.ownName.utf8)], client: fetch.client.address,
      isTLS: fetch.client.isTLS, requestID: fetch.requestID)
    parker = Parker(on: source.lane)
  }

  private static func field(of fields: FieldBlock) -> PeerField? {
    fields.withFirst(.skerryPeer) { PeerField($0) } ?? nil
  }

  func begin() {
    fetch.maker = UncountedReference(self)
    source.lane.start { await self.run() }
  }

  override func cancel() { parker.cancel() }

  private func run() async {
    var asked: [Int] = []
    for step in steps {
      while asked.count < TierLimits.attempts, !parker.isCancelled,
        let link = source.network.choose(step, of: generation, but: asked)
      {
        asked.append(link.position)
        do throws(PeerFault) {
          if step.isSideways { source.network.sideways.began(key) }
          defer { if step.isSideways { source.network.sideways.ended(key) } }
          var response = try await ask(link)
          end()
          return receiver.responseCame(&response)
        } catch {
          link.failed(error)
          if case .verdict(.originFailed(let kind)) = error {
            end()
            return receiver.fetchFailed(
              Failure(kind, "\(link.server.name) could not reach the origin"))
          }
        }
      }
    }
    end()
    if parker.isCancelled {
      receiver.fetchFailed(Failure(.clientAborted, "nobody waits for the response"))
    } else {
      source.askOrigin(fetch, for: receiver)
    }
  }

  private func end() { fetch.maker = UncountedReference(nil) }

  private func ask(_ link: PeerLink) async throws(PeerFault) -> FetchedResponse {
    link.exchanges += 1
    source.exchanges += 1
    source.network.exchanges += 1
    defer {
      link.exchanges -= 1
      source.exchanges -= 1
      source.network.exchanges -= 1
    }
    let connection = try await link.connection(parker)
    var request = ClientRequest()
    writeHead(&request.head)
    request.interim = { [receiver] in receiver.interimCame($0) }
    request.tenant = source.tenant
    request.timeouts.firstByte = TierLimits.headDuration
    request.timeouts.betweenBytes = TierLimits.bodySilence
    var response: FetchedResponse
    do throws(HTTPClientError) {
      response = try await connection.exchange(request, parker: parker)
    } catch {
      if case .cancelled = error { throw .cancelled }
      throw .connection(error)
    }
    link.answered()
    if let verdict = response.head.fields.withFirst(.skerryPeer, { PeerVerdict($0) }) {
      response.body.abandon()
      throw .verdict(verdict)
    }
    response.head.fields.removeAll { $0.name.endsHere }
    return response
  }

  private func writeHead(_ head: inout RequestHead) {
    head = fetch.request
    head.scheme = .https
    head.fields.removeAll { $0.name.endsHere || $0.name == .skerryPeer }
    if fetch.asksForIdentity, !head.fields.contains(.acceptEncoding) {
      head.fields.append(.acceptEncoding, "identity")
    }
    field.append(to: &head.fields)
  }
}
