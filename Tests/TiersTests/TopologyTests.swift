// The topology's file.

import ConfigurationTree
import Testing

@testable import Tiers

@Suite("Topology")
struct TopologyTests {
  @Test func `PoPs, servers, tiers and parents are read`() throws {
    let topology = try TierTopology.read(
      tree(
        """
        {"pops": [
          {"name": "lil", "parents": ["par"], "servers": [
            {"name": "lil-1", "address": "192.0.2.1:7443", "weight": 3},
            {"name": "lil-2", "address": "[2001:db8::1]:7443", "drain": true}]},
          {"name": "par", "tier": "regional", "servers": [{"name": "par-1", "address": "192.0.2.3:7443"}]},
          {"name": "fra", "tier": "upper", "servers": [{"name": "fra-1", "address": "192.0.2.4:7443"}]}]}
        """))
    #expect(topology.pops.map(\.name) == ["lil", "par", "fra"])
    #expect(topology.pops.map(\.tier) == [.edge, .regional, .upper])
    #expect(topology.pops.map(\.parents) == [[1], [2], []])
    #expect(topology.servers.map(\.weight) == [3, 1, 1, 1])
    #expect(topology.servers.map(\.isDraining) == [false, true, false, false])
    #expect(topology.servers.map(\.pop) == [0, 0, 1, 2])
  }

  @Test func `without parents all PoPs of the next tier that there is are a PoP's parents`() throws
  {
    let regional = try TierTopology.fleet(edges: 2, regions: 2, uppers: 1)
    #expect(regional.pops.map(\.parents) == [[2, 3], [2, 3], [4], [4], []])
    let flat = try TierTopology.fleet(edges: 2, uppers: 2)
    #expect(flat.pops.map(\.parents) == [[2, 3], [2, 3], [], []])
  }

  @Test(arguments: [
    ("{}", "pops is missing"),
    (#"{"pops": []}"#, "pops is missing"),
    (#"{"pops": [{"name": "Lil"}]}"#, #"pops[0].name is "Lil""#),
    (#"{"pops": [{"name": "a"}]}"#, "pops[0].servers is missing"),
    (
      #"{"pops": [{"name": "a", "servers": [{"name": "s", "address": "nowhere"}]}]}"#,
      #"pops[0].servers[0].address is "nowhere""#
    ),
    (
      #"{"pops": [{"name": "a", "servers": [{"name": "s", "address": "1.2.3.4:0"}]}]}"#,
      "pops[0].servers[0].address"
    ),
    (
      #"{"pops": [{"name": "a", "servers": [{"name": "s", "address": "1.2.3.4:1"}, {"name": "s", "address": "1.2.3.4:2"}]}]}"#,
      "pops[0].servers[1].name is there twice"
    ),
    (
      #"{"pops": [{"name": "a", "servers": [{"name": "s", "address": "1.2.3.4:1"}, {"name": "t", "address": "1.2.3.4:1"}]}]}"#,
      "pops[0].servers[1].address is that of s too"
    ),
    (
      #"{"pops": [{"name": "a", "parents": ["b"], "servers": [{"name": "s", "address": "1.2.3.4:1"}]}]}"#,
      "pops[0].parents[0] names no PoP of this file"
    ),
    (
      #"{"pops": [{"name": "a", "parents": ["a"], "servers": [{"name": "s", "address": "1.2.3.4:1"}]}]}"#,
      "pops[0].parents[0] names a, whose tier is edge"
    ),
    (
      #"{"pops": [{"name": "a", "servers": [{"name": "s", "address": "1.2.3.4:1", "weight": 17}]}]}"#,
      "pops[0].servers[0].weight is 17"
    ),
  ])
  func `what is wrong is told with its place`(json: String, fault: String) throws {
    var decoder = ConfigurationDecoder()
    _ = TierTopology(try tree(json), &decoder)
    let told = decoder.faults.map { "\($0.path) \($0.problem)" }
    #expect(told.contains { $0.hasPrefix(fault) }, "\(told)")
    #expect(decoder.faults.allSatisfy { !$0.remedy.isEmpty })
  }

  @Test func `a zone chooses smart, flat or its own order, and the store keeps that`() throws {
    for (json, choice) in [
      (#""smart""#, TierChoice.smart), (#""flat""#, .flat),
      (#"["fra", "ams"]"#, .custom(["fra", "ams"])),
    ] {
      var decoder = ConfigurationDecoder()
      let read = TierChoice(try tree(json), &decoder)
      #expect(read == choice)
      #expect(TierChoice(words: choice.words) == choice)
      var again = ConfigurationDecoder()
      #expect(TierChoice(choice.tree, &again) == choice)
    }
    for json in [#""fast""#, "[]", "[1]", #"[""]"#, "3", "{}"] {
      var decoder = ConfigurationDecoder()
      let read = TierChoice(try tree(json), &decoder)
      #expect(read == nil)
      #expect(decoder.faults.count == 1)
    }
  }
}
