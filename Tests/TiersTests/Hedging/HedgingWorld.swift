// One server, its scripted peers and origin, in virtual time.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Tiers
@testable import TiersSimulation

/// A server whose peers and origin are scripted. Confined to its loop.
final class HedgingWorld: @unchecked Sendable {
  // Confined to its loop.
  let peers = ScriptedPeers()
  let origin: ScriptedOrigin
  let network: PeerNetwork
  let lane: Lane
  private let source: TierSource

  private init(_ topology: TierTopology, _ own: Int, on loop: EventLoop) {
    lane = Lane(loop: loop, name: "zone")
    origin = ScriptedOrigin(on: lane)
    network = PeerNetwork(
      loop: loop, loops: 1, route: TierRoute(topology, own: own), transport: peers,
      sideways: SidewaysRequests(), nearness: OriginNearness(own: topology.name(own)))
    source = TierSource(network, above: origin, zone: "a.test", lane: lane, choice: .smart)
  }

  /// Runs `body` in the world of the server of that name.
  static func run<Result: Sendable>(
    _ topology: TierTopology, as name: String,
    _ body: @escaping @Sendable (HedgingWorld) async -> Result
  ) async throws -> Result {
    let own = try #require(topology.server(named: name))
    return try await VirtualLoop.run { loop in await body(HedgingWorld(topology, own, on: loop)) }
  }

  /// Who answers a request for `path`; nil if it fails.
  func ask(_ path: String) async -> String? {
    var request = RequestHead()
    request.method = .get
    request.authority = Array("a.test".utf8)
    request.path = Array(path.utf8)
    let fetch = Fetch(
      request: request, client: ClientFacts(address: .local), requestID: 1,
      parker: Parker(on: lane))
    fetch.isForAll = true
    var answer: String?
    do throws(Failure) {
      answer = try await source.fetch(fetch).head.fields.text(.etag)
    } catch {}
    // Those that were given up have heard of it then.
    _ = await Parker(on: lane).park(until: lane.loop.now + .milliseconds(10))
    return answer
  }

  /// What was counted of the server of that name.
  func figures(_ name: String) -> PeerFigures {
    let report = network.report
    return report.route.topology.server(named: name).map { report.states[$0].figures }
      ?? PeerFigures()
  }
}
