// Who asks whom.

import Testing

@testable import Tiers

@Suite("Routes")
struct RouteTests {
  private func route(_ topology: TierTopology, _ name: String) throws -> TierRoute {
    TierRoute(topology, own: try #require(topology.server(named: name)))
  }

  private func steps(
    _ route: TierRoute, _ key: UInt64, isFromBeside: Bool = false, detours: [Int: Int] = [:]
  ) -> [[String]] {
    route.steps(
      for: key, isFromBeside: isFromBeside,
      above: route.regional + (route.upper.map { [$0] } ?? []), detours: detours
    ).map { step in
      step.servers.map { route.topology.name($0) }
    }
  }

  @Test
  func `where none of a key's servers can be asked the others have it, of those that are well`()
    throws
  {
    let topology = try TierTopology.fleet(edges: 1, uppers: 2, upperServers: 4)
    let route = try route(topology, "e0-0")
    let upper = try #require(route.upper)
    let dead = Set(topology.servers.indices.filter { topology.name($0).hasPrefix("u0") })
    var moved = 0
    for number in UInt64(0)..<2_000 {
      let key = number &* 0x9e37_79b9_7f4a_7c15
      let usual = upper.order(for: key)
      let asked = route.steps(
        for: key, isFromBeside: false, above: [upper], isWell: { !dead.contains($0) })[0].servers
      if dead.isSuperset(of: usual) {
        moved += 1
        #expect(asked.count == 4 && dead.isDisjoint(with: asked))
      } else {
        #expect(asked == usual)
      }
    }
    // One of 70 has its four best among the four of one PoP.
    #expect((10...60).contains(moved), "\(moved)")
    #expect(upper.order(for: 1, preferring: { _ in false }) == upper.order(for: 1))
  }

  @Test func `servers that are drained have no keys, and ask those that have`() throws {
    let topology = try TierTopology.read(
      tree(
        """
        {"pops": [{"name": "u", "tier": "upper", "servers": [
          {"name": "a", "address": "1.2.3.4:1"}, {"name": "b", "address": "1.2.3.4:2"},
          {"name": "c", "address": "1.2.3.4:3", "drain": true}]}]}
        """))
    let (serving, drained) = (try route(topology, "a"), try route(topology, "c"))
    for number in UInt64(0)..<200 {
      let key = number &* 0x9e37_79b9_7f4a_7c15
      let asked = steps(drained, key)
      #expect(asked.count == 1 && Set(asked[0]) == ["a", "b"])
      #expect(steps(serving, key) == (asked[0][0] == "a" ? [] : [["b"]]))
    }
    #expect(serving.isBeside(drained.own))
    let none = ServerRanking([drained.own], of: topology)
    #expect(none.order(for: 1) == [drained.own])
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
  func `who has a key asks the PoP that is much nearer to the origin, which asks nobody then`()
    throws
  {
    let topology = try TierTopology.fleet(edges: 1, uppers: 3, upperServers: 2)
    func pop(_ name: String) throws -> Int {
      try #require(topology.pops.firstIndex { $0.name == name })
    }
    // The first PoP is as near as the second; from the third it is worth it.
    let detours = [try pop("u2"): try pop("u1")]
    let names = topology.servers(of: .upper).map { topology.name($0) }
    let unknown = try route(topology, "u0-0")
    for key in UInt64(0)..<300 {
      let key = key &* 0x9e37_79b9_7f4a_7c15
      let owner = try #require(
        names.first { steps((try? route(topology, $0)) ?? unknown, key).isEmpty })
      for name in names {
        let own = try route(topology, name)
        let usual = steps(own, key)
        let now = steps(own, key, detours: detours)
        let asked = steps(own, key, isFromBeside: true, detours: detours)
        // Who has a key stays the same, so that what was fetched before is found.
        #expect(Array(now.prefix(usual.count)) == usual)
        #expect(Array(now.dropFirst(usual.count)) == asked)
        if owner.hasPrefix("u2-"), !name.hasPrefix("u1-") {
          #expect(asked.count == 1 && Set(asked.joined()) == ["u1-0", "u1-1"])
        } else {
          #expect(asked.isEmpty)
        }
      }
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
    #expect(names(["u1", "r0", "u0"]) == [["u1-0"], ["r0-0"], ["u0-0"]])
    #expect(names(["e0", "nowhere"]) == nil)
    #expect(try route(topology, "u0-0").above(["r2"]) == nil)
  }

  @Test func `PoPs of the upper tier that a zone names are asked in that order, each a ring`()
    throws
  {
    let topology = try TierTopology.fleet(edges: 1, uppers: 3, upperServers: 2)
    let chosen = ["u2", "u0"]
    for key in UInt64(0)..<100 {
      let key = key &* 0x9e37_79b9_7f4a_7c15
      func asked(_ name: String) throws -> [[String]] {
        let route = try route(topology, name)
        return route.steps(
          for: key, isFromBeside: false, above: try #require(route.above(chosen)),
          sharesByPoP: route.namesUpper(chosen)
        ).map { $0.servers.map { topology.name($0) } }
      }
      let edge = try asked("e0-0")
      #expect(edge.map(Set.init) == [["u2-0", "u2-1"], ["u0-0", "u0-1"]])
      // Who is named first asks the origin, and only one of its servers does.
      #expect(try asked(edge[0][0]).isEmpty && asked(edge[0][1]) == [[edge[0][0]]])
      #expect(try asked(edge[1][0]) == [edge[0]])
      #expect(try asked(edge[1][1]) == [[edge[1][0]], edge[0]])
    }
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
