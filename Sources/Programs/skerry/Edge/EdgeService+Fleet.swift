// The edge as one of several: purges go to all of them.

import ConfigurationTree
import Control
import Gateway
import Primitives
import Runtime
import Storage
import Tiers
import Zones

extension EdgeService {
  /// Purges by messages: the zone's name and the request, or `everything` for that of all zones.
  private static func text(_ purge: ConfigurationValue, _ zone: String) -> [UInt8] {
    let text = JSONWriter.write(.object([("zone", .string(zone)), ("purge", purge)]))
    guard text.count > TierLimits.messageBytes else { return text }
    // Rather too much than nothing.
    return JSONWriter.write(.object([("zone", .string(zone)), ("purge", allOfIt)]))
  }

  private static let allOfIt = ConfigurationValue.object([("everything", .bool(true))])
  private static let everything = JSONWriter.write(allOfIt)

  // MARK: - Telling

  func relay(
    _ purge: ConfigurationValue, of zone: String, again: @Sendable () async -> Void
  ) async -> RelayedPurge? {
    guard let route = topology?.route, edge.fleet != nil else { return nil }
    let text = Self.text(purge, zone)
    var away: [String] = []
    for tier in TierTopology.Tier.allCases.reversed() {
      let servers = route.topology.names(of: tier, but: route.own)
      let missed = await tell(servers, .purge, text)
      away += missed
      let isOwn = route.topology.tier(of: route.own) == tier
      if isOwn, route.asksPeers { await again() }
      // One may have fetched from another beside it what that still had.
      if route.topology.sharesKeys(tier) {
        away += await tell(servers.filter { !missed.contains($0) }, .purge, text)
        if isOwn { await again() }
      }
    }
    let names = away
    guard !names.isEmpty else { return RelayedPurge(away: [], isOwed: true) }
    let isOwed: Void? = await onStore { store throws(StorageError) in
      try store.owe(text, to: names, everything: Self.everything)
    }
    return RelayedPurge(away: names, isOwed: isOwed != nil)
  }

  /// Tells servers something, all at once; returns those that have not done it by `deadline`.
  private func tell(
    _ servers: [String], _ subject: PeerMessage.Subject, _ content: [UInt8] = [],
    until deadline: Instant = .never
  ) async -> [String] {
    let round = PeerRound(servers, on: lane)
    for server in servers { lane.start { await self.tell(server, subject, content, round) } }
    return await round.missed(at: deadline)
  }

  private func tell(
    _ server: String, _ subject: PeerMessage.Subject, _ content: [UInt8], _ round: PeerRound
  ) async {
    if await edge.tell(server, subject, content) { round.done(server) } else { round.failed() }
  }

  /// Gives servers what they are owed, as far as they can be reached.
  func settle() async {
    let servers = await onStore { store throws(StorageError) in try store.owedServers() } ?? []
    for server in servers { _ = await settle(server) }
  }

  /// True if the server is owed nothing any more.
  private func settle(_ server: String, isHope: Bool = false) async -> Bool {
    while true {
      let owed = await onStore { store throws(StorageError) in
        try store.owed(to: server, limit: EdgeLimits.owedAtOnce)
      }
      guard let owed, !owed.isEmpty else { return owed != nil }
      for purge in owed {
        guard await edge.tell(server, .purge, purge.text, isHope: isHope) else {
          return false
        }
        await onStore { store throws(StorageError) in try store.settle(server, purge.number) }
        await tellBelow(server, purge.text)
      }
    }
  }

  /// Those that ask a server may have fetched from it, while it was away for this one only, what a purge had
  /// made void with them: they are told once more.
  private func tellBelow(_ server: String, _ text: [UInt8]) async {
    guard let route = topology?.route, let position = route.topology.server(named: server) else {
      return
    }
    let topology = route.topology
    let tier = topology.tier(of: position)
    let below = topology.servers.indices.filter { other in
      other != position && !topology.tier(of: other).isAbove(tier)
    }
    _ = await tell(
      below.filter { $0 != route.own }.map { topology.servers[$0].name }, .purge, text)
    if below.contains(route.own), let handler = shared.withLock({ $0.handler }) {
      _ = await purge(text, handler)
    }
  }

  /// Asks all other servers for the purges that they could not give this one, before it answers anybody.
  func catchUp() async {
    guard let route = topology?.route, let fleet = edge.fleet else { return }
    let servers = TierTopology.Tier.allCases.flatMap {
      route.topology.names(of: $0, but: route.own)
    }
    _ = await tell(servers, .owed, until: loop.now + EdgeLimits.catchUpDuration)
    fleet.becomeCurrent()
  }

  // MARK: - Being told

  /// Does what messages of peers say. `purge` makes a purge here.
  func receive(_ message: PeerMessage, _ handler: ControlHandler) async -> Bool {
    switch message.subject {
    case .owed: return await settle(message.sender, isHope: true)
    case .purge: return await purge(message.content, handler)
    }
  }

  private func purge(_ content: [UInt8], _ handler: ControlHandler) async -> Bool {
    let tree: ConfigurationValue
    do throws(JSONError) {
      tree = try JSONParser.parse(content, maximumBytes: TierLimits.messageBytes)
    } catch {
      note("a server of the fleet sent a purge that is no JSON: \(error.description)")
      return false
    }
    do throws(ControlRefusal) {
      if let zone = tree["zone"]?.text, let purge = tree["purge"] {
        try await self.purge(zone, purge, handler)
      } else if tree["everything"]?.flag ?? false {
        try await handler.purgeAll()
      } else {
        note("a server of the fleet sent a purge that this version does not know")
        return false
      }
      return true
    } catch { return false }
  }

  /// Rather too much than nothing: what is refused here, as other settings stand here, is everything of the
  /// zone. A zone that is not here has nothing.
  private func purge(
    _ zone: String, _ purge: ConfigurationValue, _ handler: ControlHandler
  ) async throws(ControlRefusal) {
    do throws(ControlRefusal) { try await handler.purge(zone, purge) } catch {
      guard error.status == 422 || error.status == 400 else {
        if error.status == 404 { return }
        throw error
      }
      try await handler.purge(zone, Self.allOfIt)
    }
  }

  /// Work with the store on its thread; nil if that failed, which is noted.
  @discardableResult
  private func onStore<Result: Sendable>(
    _ work: @escaping @Sendable (ZoneStore) throws(StorageError) -> Result
  ) async -> Result? {
    guard let store = shared.withLock({ $0.store }) else { return nil }
    let outcome = await edge.group.storage[1].perform { () -> Swift.Result<Result, StorageError> in
      do throws(StorageError) { return .success(try work(store)) } catch { return .failure(error) }
    }
    switch outcome {
    case .success(let result): return result
    case .failure(let error):
      note("purges for other servers: \(error.description)")
      return nil
    }
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
