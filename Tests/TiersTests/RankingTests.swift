// Which servers have a key.

import Primitives
import Testing

@testable import Tiers

@Suite("Consistent hashing")
struct RankingTests {
  private static func key(_ number: Int) -> UInt64 {
    ServerRanking.hash(Array("example.org".utf8), Array("/\(number)".utf8))
  }

  private static func ranking(_ topology: TierTopology, without gone: Int? = nil) -> ServerRanking {
    ServerRanking(topology.servers.indices.filter { $0 != gone }, of: topology)
  }

  @Test func `each server has its share of the keys, by weight`() throws {
    let even = Self.ranking(try .fleet(edges: 1, servers: 8, uppers: 1))
    var counts = [Int](repeating: 0, count: 9)
    for number in 0..<90_000 { counts[even.order(for: Self.key(number))[0]] += 1 }
    #expect(counts.allSatisfy { (9_500...10_500).contains($0) }, "\(counts)")
    let topology = try TierTopology.read(
      tree(
        """
        {"pops": [{"name": "a", "servers": [
          {"name": "s", "address": "1.2.3.4:1", "weight": 1},
          {"name": "t", "address": "1.2.3.4:2", "weight": 3}]}]}
        """))
    let weighted = Self.ranking(topology)
    let share = (0..<40_000).count { weighted.order(for: Self.key($0))[0] == 0 }
    #expect((9_500...10_500).contains(share), "\(share)")
  }

  @Test(arguments: [2, 5, 12])
  func `where one of n servers goes only its keys move, and to the next in their order`(
    count: Int
  ) throws {
    let topology = try TierTopology.fleet(edges: 1, servers: count - 1, uppers: 1)
    let before = Self.ranking(topology)
    for gone in 0..<count {
      let after = Self.ranking(topology, without: gone)
      var moved = 0
      for number in 0..<5_000 {
        let order = before.order(for: Self.key(number))
        let now = after.order(for: Self.key(number))
        if order[0] == gone {
          moved += 1
          #expect(now[0] == order[1])
        } else {
          #expect(now[0] == order[0])
        }
      }
      #expect(Double(moved) <= 5_000 / Double(count) * 1.15, "\(moved) of 5,000, \(count) servers")
    }
  }

  @Test func `where a server stands in the file says nothing`() throws {
    func topology(_ names: [String]) throws -> TierTopology {
      let servers = names.enumerated().map {
        "{\"name\": \"\($1)\", \"address\": \"1.2.3.4:\($0 + 1)\"}"
      }
      return try .read(
        tree("{\"pops\": [{\"name\": \"a\", \"servers\": [\(servers.joined(separator: ","))]}]}"))
    }
    let one = try topology(["a", "b", "c", "d", "e", "f"])
    let other = try topology(["f", "d", "b", "a", "c", "e"])
    for number in 0..<1_000 {
      let key = Self.key(number)
      let names = Self.ranking(one).order(for: key).map { one.name($0) }
      #expect(names == Self.ranking(other).order(for: key).map { other.name($0) })
      #expect(names.count == TierLimits.ranked)
    }
  }
}
