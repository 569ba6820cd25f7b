// What is told of the fleet's servers.

import ConfigurationTree
import Control
import HTTP
import Runtime
import Tiers

extension PeerReport {
  /// This server, the others and how they are, and whom of them `request` is made to, given how far PoPs are
  /// from its origin.
  func tree(
    _ request: RequestHead?, _ distances: [(pop: Int, nanoseconds: UInt64)]
  ) -> ConfigurationValue {
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
          .array(
            asked(request.authority, request.path, nearest: distances.first?.pop).map { names in
              .array(names.map { .string($0) })
            })
        }
      ),
      (
        "toOrigin",
        distances.isEmpty
          ? nil
          : .array(
            distances.map { distance in
              .object([
                ("pop", .string(topology.pops[distance.pop].name)),
                ("roundTripNanoseconds", .count(distance.nanoseconds)),
              ])
            })
      ),
    ])
  }
}
