// Topologies for tests.

import ConfigurationTree
import Testing

@testable import Tiers

extension TierTopology {
  /// A topology of `edges` PoPs of `servers` servers each, and of `regions` regional PoPs and `uppers` upper ones.
  static func fleet(
    edges: Int, servers: Int = 1, regions: Int = 0, regionServers: Int = 1, uppers: Int = 1,
    upperServers: Int = 1
  ) throws -> TierTopology {
    var pops: [ConfigurationValue] = []
    var port = 1_000
    func add(_ name: String, _ tier: String, _ count: Int) {
      pops.append(
        .object([
          ("name", .string(name)), ("tier", .string(tier)),
          (
            "servers",
            .array(
              (0..<count).map { index in
                port += 1
                return .object([
                  ("name", .string("\(name)-\(index)")),
                  ("address", .string("127.0.\(port >> 8).1:\(port)")),
                ])
              })
          ),
        ]))
    }
    for index in 0..<edges { add("e\(index)", "edge", servers) }
    for index in 0..<regions { add("r\(index)", "regional", regionServers) }
    for index in 0..<uppers { add("u\(index)", "upper", upperServers) }
    return try read(.object([("pops", .array(pops))]))
  }

  /// The topology of a tree that has no fault.
  static func read(_ tree: ConfigurationValue) throws -> TierTopology {
    var decoder = ConfigurationDecoder()
    let topology = TierTopology(tree, &decoder)
    #expect(decoder.faults.isEmpty, "\(decoder.faults)")
    return topology
  }

  func name(_ server: Int) -> String { servers[server].name }
}

/// The tree of a JSON text.
func tree(_ json: String) throws -> ConfigurationValue {
  try JSONParser.parse(Array(json.utf8))
}
