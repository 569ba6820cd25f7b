// A server of two loops, the second of which has no connections of its own.

import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime
import Testing

@testable import Tiers

/// The networks of both loops; a peer that answers as a test says is connected to the first alone.
///
/// Each member is confined to the loop that its name says.
final class LendingServer: @unchecked Sendable {
  // Each member is confined to the loop that its name says.
  static let group: EventLoopGroup? = {
    do { return try EventLoopGroup(cpus: [nil, nil], storageThreads: 0) } catch { return nil }
  }()

  /// Whose requests are.
  static let zoneID = ZoneID(high: 1, low: 2)

  let lending: EventLoop
  let borrowing: EventLoop
  let lender: PeerNetwork
  let borrower: PeerNetwork
  let lenderPeers: StreamingPeers
  /// The zone's, where its requests begin.
  let zone: Lane
  /// The borrowing loop's link to the peer.
  let borrowerLink: PeerLink

  /// Of a server whose loops are so many.
  init(loops: Int = 8) throws {
    let group = try #require(Self.group)
    (lending, borrowing) = (group.loops[0], group.loops[1])
    let topology = try TierTopology.fleet(edges: 1)
    let route = TierRoute(topology, own: 0)
    lenderPeers = StreamingPeers()
    func network(_ loop: EventLoop, _ transport: any PeerTransport) -> PeerNetwork {
      PeerNetwork(
        loop: loop, loops: loops, route: route, transport: transport,
        sideways: SidewaysRequests(), nearness: OriginNearness(own: topology.name(0)))
    }
    lender = network(lending, lenderPeers)
    borrower = network(borrowing, BorrowingTransport(from: lender))
    zone = Lane(loop: borrowing, name: "zone")
    let upper = try #require(topology.server(named: "u0-0"))
    borrowerLink = try #require(
      borrower.choose(
        TierRoute.Step(servers: [upper], kind: .above), of: borrower.generation, but: []))
  }

  /// Runs `body` in a task of the zone.
  func run<Result: Sendable>(_ body: @escaping @Sendable () async -> Result) async -> Result {
    await withCheckedContinuation { continuation in
      zone.start { continuation.resume(returning: await body()) }
    }
  }

  /// Runs `body` on the lending loop.
  func onLender<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
      lender.lane.post { continuation.resume(returning: body()) }
    }
  }

  /// Asks the peer for `path`, from the zone's lane: what has come of the response.
  func ask(
    _ path: String, _ parker: Parker, for tenant: (any ContentTenant)? = nil,
    interim: ((ResponseHead) -> Void)? = nil
  ) async -> Result<FetchedResponse, PeerFault> {
    var request = ClientRequest()
    request.head.method = .get
    request.head.authority = Array("a.test".utf8)
    request.head.path = Array(path.utf8)
    request.tenant = tenant
    request.zone = Self.zoneID
    request.interim = interim
    do throws(PeerFault) {
      return .success(try await borrowerLink.exchange(parker) { request })
    } catch { return .failure(error) }
  }
}
