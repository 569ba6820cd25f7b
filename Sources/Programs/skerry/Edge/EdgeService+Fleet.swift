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
  /// Purges by messages: the zone's name and the request, or nothing for everything of all zones.
  private static func text(_ purge: ConfigurationValue, _ zone: String) -> [UInt8] {
    JSONWriter.write(.object([("zone", .string(zone)), ("purge", purge)]))
  }

  private static let everything = JSONWriter.write(.object([]))

  // MARK: - Telling

  func relay(_ purge: ConfigurationValue, of zone: String) async -> RelayedPurge? {
    guard let route = topology?.route, edge.fleet != nil else { return nil }
    let text = Self.text(purge, zone)
    var away: [String] = []
    for tier in TierTopology.Tier.allCases.reversed() {
      let servers = route.topology.names(of: tier, but: route.own)
      let missed = await tell(servers, .purge, text)
      away += missed
      // One may have fetched from another beside it what that still had.
      if route.topology.sharesKeys(tier) {
        away += await tell(servers.filter { !missed.contains($0) }, .purge, text)
      }
    }
    let names = away
    let isRefilled = route.asksPeers
    guard !names.isEmpty else { return RelayedPurge(away: [], mayBeRefilled: isRefilled) }
    await onStore { store throws(StorageError) in
      try store.owe(text, to: names, everything: Self.everything)
    }
    return RelayedPurge(away: names, mayBeRefilled: isRefilled)
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
  private func settle(_ server: String) async -> Bool {
    while true {
      let owed = await onStore { store throws(StorageError) in
        try store.owed(to: server, limit: EdgeLimits.owedAtOnce)
      }
      guard let owed, !owed.isEmpty else { return owed != nil }
      for purge in owed {
        guard await edge.tell(server, .purge, purge.text) else { return false }
        await onStore { store throws(StorageError) in
          try store.settle(server, upTo: purge.number)
        }
      }
    }
  }

  /// Asks all other servers for the purges that they could not give this one, before it answers anybody.
  func catchUp() async {
    guard let route = topology?.route, let fleet = edge.fleet else { return }
    let servers = TierTopology.Tier.allCases.flatMap { route.topology.names(of: $0, but: route.own) }
    _ = await tell(servers, .owed, until: loop.now + EdgeLimits.catchUpDuration)
    fleet.becomeCurrent()
  }

  // MARK: - Being told

  /// Does what messages of peers say. `purge` makes a purge here.
  func receive(_ message: PeerMessage, _ handler: ControlHandler) async -> Bool {
    switch message.subject {
    case .owed: return await settle(message.sender)
    case .purge: return await purge(message.content, handler)
    }
  }

  private func purge(_ content: [UInt8], _ handler: ControlHandler) async -> Bool {
    let tree: ConfigurationValue
    do throws(JSONError) {
      tree = try JSONParser.parse(content, maximumBytes: TierLimits.messageBytes)
    } catch { return true }
    do throws(ControlRefusal) {
      guard let zone = tree["zone"]?.text, let purge = tree["purge"] else {
        try await handler.purgeAll()
        return true
      }
      try await handler.purge(zone, purge)
      return true
    } catch {
      // What is refused for what it says will be refused again; a zone that is not here has nothing.
      return error.status < 500
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
    if tier == .upper { return servers.count { pops[$0.pop].tier == .upper } > 1 }
    return pops.contains { $0.tier == tier && $0.servers.count > 1 }
  }

  /// The names of a tier's servers but for the one at a position.
  fileprivate func names(of tier: Tier, but own: Int) -> [String] {
    servers.indices.filter { $0 != own && pops[servers[$0].pop].tier == tier }
      .map { servers[$0].name }
  }
}
