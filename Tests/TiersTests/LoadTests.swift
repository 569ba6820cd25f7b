// No server gets much more than its share of what is under way.

import Glibc
import HTTPClient
import Primitives
import Runtime
import Testing

@testable import Tiers

@Suite("Bounded loads")
struct LoadTests {
  private static let loop: EventLoop? = {
    do throws(RuntimeError) {
      return try EventLoopGroup(cpus: [nil], storageThreads: 0).loops[0]
    } catch { return nil }
  }()

  /// Opens nothing.
  private final class NoTransport: PeerTransport {
    func open(
      for link: PeerLink, parker: Parker
    ) async throws(HTTPClientError) -> any PeerConnection { throw .cancelled }
  }

  /// The network of the first edge. Nothing of it is started: it only chooses.
  private static func network(_ topology: TierTopology) throws -> PeerNetwork {
    PeerNetwork(
      loop: try #require(loop), loops: 1, route: TierRoute(topology, own: 0),
      transport: NoTransport(), sideways: SidewaysRequests(),
      nearness: OriginNearness(own: topology.name(0)))
  }

  /// Keys with the weights of Zipf's law: the first is asked for more often than a tenth of the time.
  private static func keys(_ count: Int, _ requests: Int) -> [UInt64] {
    var random = SplitMix64(seed: 11)
    var sums: [Double] = []
    for number in 1...count { sums.append((sums.last ?? 0) + 1 / pow(Double(number), 1.1)) }
    return (0..<requests).map { _ in
      let point = Double(random.next() >> 11) / Double(1 << 53) * (sums.last ?? 1)
      let number = sums.partitioned { $0 < point }
      return ServerRanking.hash(Array("example.org".utf8), Array("/\(number)".utf8))
    }
  }

  @Test(arguments: [100, 1_000, 4_000])
  func `with a hot key and slow misses no server of four has more than a quarter above the mean`(
    underWay limit: Int
  ) throws {
    let topology = try TierTopology.fleet(edges: 1, regions: 1, regionServers: 4)
    let network = try Self.network(topology)
    let regional = network.route.regional[0]
    var underWay: [PeerLink] = []
    var counts = [Int](repeating: 0, count: 4)
    var first = counts
    for key in Self.keys(10_000, 20_000) {
      if underWay.count == limit { underWay.removeFirst().exchanges -= 1 }
      let step = TierRoute.Step(servers: regional.order(for: key), kind: .above)
      let link = try #require(network.choose(step, of: network.generation, but: []))
      link.exchanges += 1
      underWay.append(link)
      counts[regional.servers.firstIndex(of: link.position) ?? 0] += 1
      first[regional.servers.firstIndex(of: step.servers[0]) ?? 0] += 1
      let mean = Double(underWay.count) / 4
      let bound = max(Double(TierLimits.unboundedExchanges), 1.25 * mean + 1)
      // Whoever was chosen is within its bound now; others were when they were.
      #expect(Double(link.exchanges) <= bound, "\(link.exchanges) of \(underWay.count)")
      let most = underWay.isEmpty ? 0 : regional.servers.map { network.exchanges(of: $0) }.max()
      #expect(
        Double(most ?? 0) <= 1.25 * mean + Double(TierLimits.unboundedExchanges),
        "\(most ?? 0) of \(underWay.count)")
    }
    // Without the bound one would have had more.
    #expect((first.max() ?? 0) > 20_000 * 5 / 16, "\(first)")
    #expect((counts.max() ?? 0) < (first.max() ?? 0), "\(counts), \(first)")
  }
}

extension PeerNetwork {
  /// What is under way with the server at a position.
  fileprivate func exchanges(of server: Int) -> Int {
    choose(TierRoute.Step(servers: [server], kind: .above), of: generation, but: [])?
      .exchanges ?? 0
  }
}

extension [Double] {
  /// The position of the first element for which `isBefore` does not hold, of elements in that order.
  fileprivate func partitioned(_ isBefore: (Double) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
