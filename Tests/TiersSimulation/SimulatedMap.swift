// Where a simulated fleet's PoPs are, and whom they ask.

import ConfigurationTree
import Tiers

/// PoPs spread over the cities: the upper tier first, in the largest, then the regional ones.
struct SimulatedMap {
  let topology: TierTopology
  let cities: [City]

  init(_ plan: SimulationPlan, _ numbers: inout SeededNumbers) {
    var pops: [(name: String, tier: String, city: City, servers: Int)] = []
    func add(_ count: Int, _ tier: String, _ servers: (Int) -> Int) {
      for index in 0..<count {
        let city = City.all[index % City.all.count]
        pops.append(("\(tier)\(index)", tier, city, servers(index)))
      }
    }
    add(plan.uppers, "upper") { _ in plan.serversOfParents }
    add(plan.regions, "regional") { _ in plan.serversOfParents }
    add(plan.edges, "edge") { $0 % 8 == 0 ? 2 : 1 }
    let regions = pops.filter { $0.tier == "regional" }
    var port = 1_000
    let trees = pops.map { pop -> ConfigurationValue in
      var members: [(String, ConfigurationValue)] = [
        ("name", .string(pop.name)), ("tier", .string(pop.tier)),
        (
          "servers",
          .array(
            (0..<pop.servers).map { index in
              port += 1
              return .object([
                ("name", .string("\(pop.name)-\(index)")),
                ("address", .string("127.0.0.1:\(port)")),
              ])
            })
        ),
      ]
      if pop.tier == "edge", !regions.isEmpty {
        let near = regions.sorted {
          (City.latency(pop.city, $0.city), $0.name) < (City.latency(pop.city, $1.city), $1.name)
        }
        members.append(
          ("parents", .array(near.prefix(plan.parents).map { .string($0.name) })))
      }
      return .object(members)
    }
    var decoder = ConfigurationDecoder()
    topology = TierTopology(.object([("pops", .array(trees))]), &decoder)
    precondition(decoder.faults.isEmpty, "\(decoder.faults)")
    cities = pops.map(\.city)
  }
}
