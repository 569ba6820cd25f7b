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
      for _ in 0..<route.topology.hopsBeside(tier) {
        away += await tell(servers.filter { !missed.contains($0) }, .purge, text, at: desk)
        if isOwn { await again() }
      }
    }
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
      lane.start { await self.tell(server, subject, content, round, desk) }
    }
    return await round.missed(at: deadline)
  }

  private func tell(
    _ server: String, _ subject: PeerMessage.Subject, _ content: [UInt8], _ round: PeerRound,
    _ desk: any PurgeDesk
  ) async {
    if await desk.tell(server, subject, content, isHope: false) {
      round.done(server)
    } else {
      round.failed()
    }
  }

  /// The topology is another one. Servers that it has no more hear of no purges; one that comes back, with what
  /// it had on its disk, is owed a purge of everything.
  package func replaced(_ before: TierTopology, at desk: any PurgeDesk) async {
    guard let now = desk.purgeRoute?.topology else { return }
    let gone = before.servers.map(\.name).filter { now.server(named: $0) == nil }
    if !gone.isEmpty { _ = await desk.owe(desk.purgeOfReturned, to: gone) }
  }

  /// Gives servers what they are owed, as far as they can be reached.
  package func settle(at desk: any PurgeDesk) async {
    for server in await desk.owedServers() {
      _ = await settle(server, isHope: false, at: desk)
    }
  }

  /// True if the server is owed nothing any more.
  private func settle(_ server: String, isHope: Bool, at desk: any PurgeDesk) async -> Bool {
    while true {
      let owed = await desk.owed(to: server)
      guard let owed, !owed.isEmpty else { return owed != nil }
      for purge in owed {
        guard await desk.tell(server, .purge, purge.text, isHope: isHope) else { return false }
        await desk.settled(server, purge.number)
        if purge.text != desk.purgeOfReturned { await tellBelow(server, purge.text, at: desk) }
      }
    }
  }

  /// Those that ask a server may have fetched from it, while it was away for this one only, what a purge had
  /// made void with them: they are told once more.
  private func tellBelow(_ server: String, _ text: [UInt8], at desk: any PurgeDesk) async {
    guard let route = desk.purgeRoute, let position = route.topology.server(named: server) else {
      return
    }
    let topology = route.topology
    let tier = topology.tier(of: position)
    let below = topology.servers.indices.filter { other in
      other != position && !topology.tier(of: other).isAbove(tier)
    }
    _ = await tell(
      below.filter { $0 != route.own }.map { topology.servers[$0].name }, .purge, text, at: desk)
    if below.contains(route.own) { _ = await desk.purge(text) }
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
    case .owed: await settle(message.sender, isHope: true, at: desk)
    case .purge: await desk.purge(message.content)
    case .nearness: false
    }
  }
}

extension TierTopology {
  /// How many servers beside each other a response of that tier may come from, one after the other: in the upper
  /// tier the one that has the key, and one that is nearer to the origin.
  fileprivate func hopsBeside(_ tier: Tier) -> Int {
    let sharing = pops.filter { $0.tier == tier }
    if tier == .upper {
      return sharing.count > 1 ? 2 : sharing.contains { $0.servers.count > 1 } ? 1 : 0
    }
    return sharing.contains { $0.servers.count > 1 } ? 1 : 0
  }

  /// The names of a tier's servers but for the one at a position.
  fileprivate func names(of tier: Tier, but own: Int) -> [String] {
    servers(of: tier).filter { $0 != own }.map { servers[$0].name }
  }
}
