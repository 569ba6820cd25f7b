// What is told of the fleet's servers.

import ConfigurationTree
import Control
import Gateway
import HTTP
import Runtime
import Tiers

extension PeerReport {
  /// This server, the others and how they are, and whom of them `request`, of a zone with that word on tiers, is
  /// made to.
  func tree(_ request: RequestHead? = nil, of zone: ZoneTiers? = nil) -> ConfigurationValue {
    let topology = route.topology
    let own = topology.servers[route.own]
    let pop = topology.pops[own.pop]
    let servers = zip(topology.servers, states).map { server, state -> ConfigurationValue in
      let isOwn = server.name == own.name
      return .object([
        ("name", .string(server.name)),
        ("pop", .string(topology.pops[server.pop].name)),
        ("tier", .string(topology.pops[server.pop].tier.rawValue)),
        ("address", .string(server.address.description)),
        ("weight", .integer(server.weight)),
        ("drain", .bool(server.isDraining)),
        ("isThis", isOwn ? .bool(true) : nil),
        ("well", isOwn ? nil : .bool(state.isWell)),
        ("hasOtherTopology", state.topology.map { .bool(!$0.isSame) }),
        ("connections", .integer(state.connections)),
        ("roundTripNanoseconds", state.roundTripNanoseconds.map { .count($0) }),
        ("answers", .count(state.figures.answers)),
        ("failures", .count(state.figures.failures)),
        ("hedges", .count(state.figures.hedges)),
        ("hedgesWon", .count(state.figures.hedgesWon)),
        ("lastFailure", state.figures.lastFailure.map { .string($0) }),
      ])
    }
    return .object([
      ("server", .string(own.name)), ("pop", .string(pop.name)),
      ("tier", .string(pop.tier.rawValue)),
      ("parents", .array(pop.parents.map { .string(topology.pops[$0].name) })),
      ("servers", .array(servers)),
      (
        "asked",
        request.map { request in
          let steps = asked(
            request.authority, request.path, choice: zone?.choice ?? .smart,
            distances: zone?.distances ?? [])
          return .array(steps.map(\.tree))
        }
      ),
      ("choice", zone?.choice.tree), ("toOrigin", zone.flatMap { toOrigin($0.distances) }),
    ])
  }

  private func toOrigin(
    _ distances: [(pop: Int, nanoseconds: UInt64)]
  ) -> ConfigurationValue? {
    guard !distances.isEmpty else { return nil }
    return .array(
      distances.map { distance in
        .object([
          ("pop", .string(route.topology.pops[distance.pop].name)),
          ("roundTripNanoseconds", .count(distance.nanoseconds)),
        ])
      })
  }
}

extension AskedStep {
  fileprivate var tree: ConfigurationValue {
    .object([
      ("servers", .array(servers.map { .string($0) })), ("reason", .string(reason.rawValue)),
      ("pop", pop.map { .string($0) }),
      ("roundTripNanoseconds", roundTripNanoseconds.map { .count($0) }),
    ])
  }
}
