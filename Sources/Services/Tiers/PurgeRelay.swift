// Purges go to all servers of a fleet.

package import Primitives
package import Runtime

/// Gives purges to all servers, those of the upper tier first, then the regional ones, then the edges, so that
/// nobody fetches again what another still has; and later to those that could not be reached.
package final class PurgeRelay: Sendable {
  private let lane: Lane

  /// The relay of a server, whose tasks run on `lane`.
  package init(on lane: Lane) { self.lane = lane }

  // MARK: - Telling

  /// What came of a purge on the other servers.
  package struct Outcome: Sendable {
    /// Those that could not be reached.
    package let away: [String]
    /// They get it when they can be; false if that could not be kept.
    package let isOwed: Bool
  }

  /// Gives a purge, which was made here, to all others; nil if there is no fleet. `again` makes it here once
  /// more: others may have had, meanwhile, what it voids.
  package func relay(
    _ text: [UInt8], at desk: any PurgeDesk, again: () async -> Void
  ) async -> Outcome? {
    guard let route = desk.purgeRoute else { return nil }
    var away: [String] = []
    for tier in TierTopology.Tier.allCases.reversed() {
      let servers = route.topology.names(of: tier, but: route.own)
      let missed = await tell(servers, .purge, text, at: desk)
      away += missed
      let isOwn = route.topology.tier(of: route.own) == tier
      if isOwn, route.asksPeers { await again() }
      // One may have fetched from another beside it what that still had.
      if route.topology.sharesKeys(tier) {
        away += await tell(servers.filter { !missed.contains($0) }, .purge, text, at: desk)
        if isOwn { await again() }
      }
    }
    away += await tell(desk.namesBeside(route.topology), .purge, text, at: desk)
    guard !away.isEmpty else { return Outcome(away: [], isOwed: true) }
    return Outcome(away: away, isOwed: await desk.owe(text, to: away))
  }

  /// Tells servers something, all at once; returns those that have not done it by `deadline`.
  private func tell(
    _ servers: [String], _ subject: PeerMessage.Subject, _ content: [UInt8] = [],
    until deadline: Instant = .never, at desk: any PurgeDesk
  ) async -> [String] {
    let round = PeerRound(servers, on: lane)
    for server in servers {
      lane.start {
        let isDone = await desk.tell(server, subject, content, isHope: false)
        round.answered(server, isDone: isDone)
      }
    }
    return await round.missed(at: deadline)
  }

  /// The topology is known, or another one. Servers that it has no more hear of no purges; one that comes back,
  /// with what it had on its disk, is owed a purge of everything.
  package func noteServers(at desk: any PurgeDesk) async {
    guard let topology = desk.purgeRoute?.topology,
      let before = await desk.replaceNames(topology.servers.map(\.name))
    else { return }
    let gone = before.filter { topology.server(named: $0) == nil }
    if !gone.isEmpty { _ = await desk.owe(desk.purgeOfReturned, to: gone) }
  }

  /// Gives servers what they are owed, as far as they can be reached.
  package func settle(at desk: any PurgeDesk) async {
    let servers = await desk.owedServers()
    if !servers.isEmpty { _ = await settle(servers, isHope: false, at: desk) }
  }

  /// A purge on its way to a server that is owed it.
  private struct Delivery: Sendable {
    let server: String
    let purge: OwedPurge
  }

  /// True if the servers are owed nothing any more.
  private func settle(_ servers: [String], isHope: Bool, at desk: any PurgeDesk) async -> Bool {
    while true {
      var deliveries: [Delivery] = []
      for server in servers {
        guard let owed = await desk.owed(to: server) else { return false }
        deliveries += owed.map { Delivery(server: server, purge: $0) }
      }
      if deliveries.isEmpty { return true }
      let given = await give(deliveries, isHope: isHope, at: desk)
      await tellBelow(given, at: desk)
      for (server, purges) in Dictionary(grouping: given, by: \.server) {
        await desk.settled(server, purges.map(\.purge.number))
      }
      if given.count < deliveries.count { return false }
    }
  }

  /// Gives servers purges, all at once; returns those that were made.
  private func give(
    _ deliveries: [Delivery], isHope: Bool, at desk: any PurgeDesk
  ) async -> [Delivery] {
    let round = PeerRound(Array(deliveries.indices), on: lane)
    for (index, delivery) in deliveries.enumerated() {
      lane.start {
        let isDone = await desk.tell(
          delivery.server, .purge, delivery.purge.text, isHope: isHope)
        round.answered(index, isDone: isDone)
      }
    }
    let missed = Set(await round.missed(at: .never))
    return deliveries.indices.filter { !missed.contains($0) }.map { deliveries[$0] }
  }

  /// Those that ask a server may have fetched from it, while it was away for this one only, what a purge had
  /// made void with them: they are told once more, and owed it if they can't be.
  private func tellBelow(_ given: [Delivery], at desk: any PurgeDesk) async {
    guard let route = desk.purgeRoute else { return }
    var tiers: [[UInt8]: TierTopology.Tier] = [:]
    for delivery in given where delivery.purge.text != desk.purgeOfReturned {
      guard let server = route.topology.server(named: delivery.server) else { continue }
      let tier = route.topology.tier(of: server)
      let text = delivery.purge.text
      if tiers[text].map({ tier.isAbove($0) }) ?? true { tiers[text] = tier }
    }
    for (text, tier) in tiers {
      let below = route.topology.servers.indices.filter {
        !route.topology.tier(of: $0).isAbove(tier)
      }
      let names = below.filter { $0 != route.own }.map { route.topology.servers[$0].name }
      let missed = await tell(names, .purge, text, at: desk)
      if !missed.isEmpty { _ = await desk.owe(text, to: missed) }
      if below.contains(route.own) { _ = await desk.purge(text) }
    }
  }

  /// Asks all other servers for the purges that they could not give this one, before it answers anybody; until
  /// `deadline` at most.
  package func catchUp(until deadline: Instant, at desk: any PurgeDesk) async {
    guard let route = desk.purgeRoute else { return }
    let servers = TierTopology.Tier.allCases.flatMap {
      route.topology.names(of: $0, but: route.own)
    }
    _ = await tell(servers, .owed, until: deadline, at: desk)
  }

  // MARK: - Being told

  /// Does what messages of peers say.
  package func receive(_ message: PeerMessage, at desk: any PurgeDesk) async -> Bool {
    switch message.subject {
    case .owed: await settle([message.sender], isHope: true, at: desk)
    case .purge: await desk.purge(message.content)
    }
  }
}

extension PurgeDesk {
  /// The servers of the topology by now that an earlier one does not have.
  fileprivate func namesBeside(_ before: TierTopology) -> [String] {
    (purgeRoute?.topology.servers ?? []).map(\.name).filter { before.server(named: $0) == nil }
  }
}

extension TierTopology {
  /// Whether any servers of a tier share keys.
  fileprivate func sharesKeys(_ tier: Tier) -> Bool {
    if tier == .upper { return servers(of: tier).count > 1 }
    return pops.contains { $0.tier == tier && $0.servers.count > 1 }
  }

  /// The names of a tier's servers but for the one at a position.
  fileprivate func names(of tier: Tier, but own: Int) -> [String] {
    servers(of: tier).filter { $0 != own }.map { servers[$0].name }
  }
}
