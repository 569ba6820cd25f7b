// Purges go to all servers of a fleet.

package import Primitives
package import Runtime

/// Gives purges to all servers, and later to those that could not be reached. Two rounds: all make a purge, then
/// all hear that all have; what comes from others in between is not kept (`PurgesUnderWay`).
package final class PurgeRelay: Sendable {
  private let lane: Lane
  /// Purges of which it is not known yet who is owed them.
  private let beginning = Guarded<Set<UInt64>>([])

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

  /// Begins a purge here, before it is made: what comes from others until `relay` is over counts as older. Its
  /// number; nil if there is no fleet. From any thread.
  package func begin(at desk: any PurgeDesk) -> UInt64? {
    guard desk.purgeRoute != nil else { return nil }
    let number = UInt64.random(in: .min ... .max)
    // One that is not known as under way is made twice here.
    _ = desk.begin(number, of: desk.ownName)
    return number
  }

  /// Ends a purge that was begun, and will not be made.
  package func end(_ number: UInt64, at desk: any PurgeDesk) {
    _ = desk.end(number, of: desk.ownName)
  }

  /// Gives a purge, which was begun and made here, to all others, or to those whose tier is not above one; nil if there
  /// is no fleet. `again` makes it here once more, if that took too long.
  package func relay(
    _ purge: NumberedPurge, notAbove highest: TierTopology.Tier = .upper, at desk: any PurgeDesk,
    again: () async -> Void
  ) async -> Outcome? {
    guard desk.purgeRoute != nil else { return nil }
    let outcome = await spread(purge, notAbove: highest, at: desk)
    if !desk.end(purge.number, of: desk.ownName) { await again() }
    return outcome
  }

  /// Gives purges to those of the fleet's servers whose tier is not above one, also to those that come meanwhile.
  ///
  /// All make them. From then on nobody has what they void, but for what came, after one had made them, from another
  /// that had not; that counts as older, and goes to no other server. When all have made them they hear so. What those
  /// are owed that did not is kept before that: one that starts meanwhile asks for it, and hears of it.
  private func spread(
    _ purge: NumberedPurge, notAbove highest: TierTopology.Tier, at desk: any PurgeDesk
  ) async -> Outcome {
    var told: Set<String> = []
    var away: Set<String> = []
    beginning.withLock { _ = $0.insert(purge.number) }
    while let route = desk.purgeRoute {
      let servers = route.topology.names(but: route.own, notAbove: highest)
        .filter { !told.contains($0) }
      if servers.isEmpty { break }
      told.formUnion(servers)
      away.formUnion(await tell(servers, .purgeBegins, purge.content, at: desk))
    }
    var isOwed = await owe(purge, to: away, at: desk)
    beginning.withLock { _ = $0.remove(purge.number) }
    let number = Array("\(purge.number)".utf8)
    // They may have made it, and said so too late.
    for server in away {
      lane.start { _ = await desk.tell(server, .purgeEnds, number, isHope: false) }
    }
    let late = await tell(told.subtracting(away).sorted(), .purgeEnds, number, at: desk)
    if !(await owe(purge, to: Set(late), at: desk)) { isOwed = false }
    return Outcome(away: away.union(late).sorted(), isOwed: isOwed)
  }

  private func owe(
    _ purge: NumberedPurge, to servers: Set<String>, at desk: any PurgeDesk
  ) async -> Bool {
    var isOwed = true
    for text in purge.texts where !servers.isEmpty {
      if !(await desk.owe(text, to: servers.sorted())) { isOwed = false }
    }
    return isOwed
  }

  /// Waits until it is known of all purges that were begun by now who is owed them.
  private func beginningsEnd() async {
    let begun = beginning.withLock { $0 }
    let parker = Parker(on: lane)
    let deadline = lane.loop.now + TierLimits.messageDuration
    while !beginning.withLock({ $0.isDisjoint(with: begun) }), lane.loop.now < deadline {
      _ = await parker.park(until: lane.loop.now + TierLimits.roundInterval)
    }
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

  /// True if the servers are owed nothing any more. They get all of it first: they serve when they have it.
  private func settle(_ servers: [String], isHope: Bool, at desk: any PurgeDesk) async -> Bool {
    while true {
      var deliveries: [Delivery] = []
      for server in servers {
        guard let owed = await desk.owed(to: server) else { return false }
        deliveries += owed.map { Delivery(server: server, purge: $0) }
      }
      if deliveries.isEmpty { return true }
      var given: [Delivery] = []
      for start in stride(from: 0, to: deliveries.count, by: TierLimits.deliveriesAtOnce) {
        let some = deliveries[start...].prefix(TierLimits.deliveriesAtOnce)
        given += await give(Array(some), isHope: isHope, at: desk)
        if given.count < start + some.count { break }
      }
      await tellBelow(given, at: desk)
      for (server, purges) in Dictionary(grouping: given, by: \.server) {
        // Else they were given again and again, without a pause.
        guard await desk.settled(server, purges.map(\.purge.number)) else { return false }
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

  /// Those that ask a server, and those beside it, may have fetched from it, while it was away for this one only, what
  /// a purge had made void with them: they get it once more.
  private func tellBelow(_ given: [Delivery], at desk: any PurgeDesk) async {
    guard let route = desk.purgeRoute else { return }
    let voiding = given.filter { $0.purge.text != desk.purgeOfReturned }
    let tiers = voiding.compactMap { route.topology.server(named: $0.server) }
      .map { route.topology.tier(of: $0) }
    guard let highest = tiers.max(by: { $1.isAbove($0) }) else { return }
    for texts in NumberedPurge.parts(
      Set(voiding.map(\.purge.text)).sorted { $0.lexicographicallyPrecedes($1) })
    {
      guard let number = begin(at: desk) else { return }
      let isOwn = !route.topology.tier(of: route.own).isAbove(highest)
      func make() async {
        for text in texts where isOwn { _ = await desk.purge(text) }
      }
      await make()
      let purge = NumberedPurge(number: number, texts: texts)
      _ = await relay(purge, notAbove: highest, at: desk, again: make)
    }
  }

  /// Asks all other servers for the purges that they could not give this one, before it answers anybody; until
  /// `deadline` at most.
  package func catchUp(until deadline: Instant, at desk: any PurgeDesk) async {
    guard let route = desk.purgeRoute else { return }
    let servers = route.topology.names(but: route.own)
    _ = await tell(servers, .owed, until: deadline, at: desk)
  }

  // MARK: - Being told

  /// Does what messages of peers say.
  package func receive(_ message: PeerMessage, at desk: any PurgeDesk) async -> Bool {
    switch message.subject {
    case .owed:
      await beginningsEnd()
      return await settle([message.sender], isHope: true, at: desk)
    case .purge: return await desk.purge(message.content)
    case .purgeBegins:
      guard let purge = NumberedPurge(message.content),
        desk.begin(purge.number, of: message.sender)
      else { return false }
      for text in purge.texts {
        guard await desk.purge(text) else { return false }
      }
      return true
    case .purgeEnds:
      guard let number = NumberedPurge.number(message.content) else { return false }
      return desk.end(number, of: message.sender)
    case .nearness, .topology: return false
    }
  }
}

extension PurgeDesk {
  /// This server's name; none if it is no fleet's.
  fileprivate var ownName: String { purgeRoute?.ownName ?? "" }
}

extension TierTopology {
  /// The names of all servers but for the one at a position, or of those whose tier is not above one.
  fileprivate func names(but own: Int, notAbove highest: Tier = .upper) -> [String] {
    servers.indices.filter { $0 != own && !tier(of: $0).isAbove(highest) }.map { servers[$0].name }
  }
}
