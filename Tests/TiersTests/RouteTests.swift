// Who asks whom.

import Testing

@testable import Tiers

@Suite("Routes")
struct RouteTests {
  private func route(_ topology: TierTopology, _ name: String) throws -> TierRoute {
    TierRoute(topology, own: try #require(topology.server(named: name)))
  }

  private func steps(
    _ route: TierRoute, _ key: UInt64, isFromBeside: Bool = false, nearest: Int? = nil
  ) -> [[String]] {
    route.steps(
      for: key, isFromBeside: isFromBeside,
      above: route.regional + (route.upper.map { [$0] } ?? []), nearest: nearest
    ).map { step in
      step.servers.map { route.topology.name($0) }
    }
  }

  @Test
  func `first the server of the PoP that has the key, then the regional ones, then the upper tier`()
    throws
  {
    let topology = try TierTopology.fleet(edges: 2, servers: 2, regions: 2, uppers: 2)
    let (first, second) = (try route(topology, "e0-0"), try route(topology, "e0-1"))
    for key in UInt64(0)..<200 {
      let mine = steps(first, key &* 0x9e37_79b9_7f4a_7c15)
      let others = steps(second, key &* 0x9e37_79b9_7f4a_7c15)
      // One of the two has the key, and asks above at once.
      #expect([mine, others].count { $0.first == ["e0-0"] || $0.first == ["e0-1"] } == 1)
      for steps in [mine, others] {
        let above = steps.suffix(3)
        #expect(Array(above.prefix(2)) == [["r0-0"], ["r1-0"]])
        #expect(Set(above.last ?? []) == ["u0-0", "u1-0"])
      }
    }
  }

  @Test func `who is asked by one beside it asks nobody beside it`() throws {
    let topology = try TierTopology.fleet(edges: 1, servers: 4, uppers: 1)
    for own in 0..<4 {
      let route = try route(topology, "e0-\(own)")
      for key in UInt64(0)..<200 {
        let steps = steps(route, key &* 0x9e37_79b9_7f4a_7c15, isFromBeside: true)
        #expect(steps == [["u0-0"]])
      }
    }
  }

  @Test
  func `all servers of the upper tier share the keys, wherever they are, and ask nobody above`()
    throws
  {
    let topology = try TierTopology.fleet(edges: 1, uppers: 3)
    var askers = 0
    for key in UInt64(0)..<300 {
      let key = key &* 0x9e37_79b9_7f4a_7c15
      for own in 0..<3 {
        let steps = steps(try route(topology, "u\(own)-0"), key)
        if steps.isEmpty { askers += 1 } else { #expect(steps.count == 1) }
      }
    }
    // For each key one server asks the origin.
    #expect(askers == 300)
  }

  @Test
  func
    `in the upper tier who has a key asks the PoP that is nearest to the origin, which asks nobody`()
    throws
  {
    let topology = try TierTopology.fleet(edges: 1, uppers: 3, upperServers: 2)
    let near = try #require(topology.pops.firstIndex { $0.name == "u1" })
    let names = topology.servers(of: .upper).map { topology.name($0) }
    for key in UInt64(0)..<300 {
      let key = key &* 0x9e37_79b9_7f4a_7c15
      var holders = 0
      for name in names {
        let usual = steps(try route(topology, name), key)
        let now = steps(try route(topology, name), key, nearest: near)
        let asked = steps(try route(topology, name), key, isFromBeside: true, nearest: near)
        if usual.isEmpty { holders += 1 }
        // Who has a key stays the same, so that what was fetched before is found.
        #expect(Array(now.prefix(usual.count)) == usual)
        #expect(Array(now.dropFirst(usual.count)) == asked)
        if name.hasPrefix("u1-") {
          #expect(asked.isEmpty)
        } else {
          #expect(asked.count == 1 && Set(asked.joined()) == ["u1-0", "u1-1"])
        }
      }
      #expect(holders == 1)
    }
    let alone = try route(.fleet(edges: 1, uppers: 1, upperServers: 4), "u0-0")
    #expect(!alone.choosesByOrigin)
    #expect(!(try route(topology, "e0-0")).choosesByOrigin)
  }

  @Test func `a zone's own order is taken as far as it names PoPs above the server`() throws {
    let topology = try TierTopology.fleet(edges: 1, regions: 3, uppers: 2)
    let edge = try route(topology, "e0-0")
    func names(_ chosen: [String]) -> [[String]]? {
      edge.above(chosen)?.map { $0.servers.map { topology.name($0) } }
    }
    #expect(names(["r2", "r0"]) == [["r2-0"], ["r0-0"], ["u0-0", "u1-0"]])
    #expect(names(["u1"]) == [["u1-0"]])
    #expect(names(["r1", "u1"]) == [["r1-0"], ["u1-0"]])
    #expect(names(["e0", "nowhere"]) == nil)
    #expect(try route(topology, "u0-0").above(["r2"]) == nil)
  }

  @Test func `a server that failed is looked for after a while, twice as long each time`() {
    var health = PeerHealth()
    var rests: [Duration] = []
    for _ in 0..<8 {
      health.failed()
      rests.append(health.rest)
      let isWell = health.isWell
      #expect(!isWell)
    }
    #expect(
      Array(rests.prefix(5)) == [250, 500, 1_000, 2_000, 4_000].map { Duration.milliseconds($0) })
    #expect(rests.suffix(3).allSatisfy { $0 == TierLimits.longestRest })
    health.succeeded()
    let isBack = health.isWell
    #expect(isBack)
  }
}
