// Looking into the cache.

package import HTTP
package import Primitives
package import Runtime

extension CacheShard {
  /// Looks a key up without using what is found. The zone pays for it.
  func inspect(_ hash: UInt64, _ key: [UInt8], of zone: ZoneID) -> ShardFinding {
    charge(zone)
    let isOwner = ownerIndex(hash) == index
    let own = resource(hash, key)?.variants.map(\.response).filter(\.isCurrent) ?? []
    return ShardFinding(
      loop: loop.name, isOwner: isOwner, now: now, wallTime: wallTime,
      stored: isOwner ? own : front.all(hash, key),
      markedUntil: markers.mark(of: hash, at: now), refusal: refusals.find(hash),
      isBeingFetched: claims.first(hash) { $0.flight.key == key && !$0.flight.isRevoked } != nil)
  }
}

extension CacheGroup {
  /// What the cache would do with a request of a client at `address` to a zone with those policies, and
  /// why. Looks at each loop once, in a turn of its system lane, which the zone pays for, at the disk, and
  /// in the reserve; changes nothing. From a task on any loop.
  package func inspect(
    _ request: RequestHead, at address: SocketAddress, of id: ZoneID, _ policies: CachePolicies
  ) async -> CacheInspection {
    let zone = zone(id)
    let question = CacheQuestion(request, at: address, locations, zone, policies, hash)
    var findings: [ShardFinding] = []
    let (hash, key) = (question.hash, question.key)
    for shard in shards {
      findings.append(await shard.loop.perform { shard.inspect(hash, key, of: id) })
    }
    var onDisk: [StoredResponse] = []
    if let disk, let owner = findings.first(where: \.isOwner), let loop = EventLoop.current {
      onDisk = await disk.inspect(
        key, hash, of: zone, now: owner.now, wall: owner.wallTime,
        on: loop.chargedLane ?? loop.systemLane)
    }
    let isFound = (findings.flatMap(\.stored) + onDisk).contains {
      $0.head.selection.matches(question.request.fields)
    }
    if !isFound, let found = await findInReserve(question, zone) { onDisk.append(found) }
    return CacheInspection(question, findings, onDisk)
  }

  /// What the reserve has for the request, if its settings ask there. The look is counted as any other.
  private func findInReserve(
    _ question: CacheQuestion, _ zone: CacheZone
  ) async -> StoredResponse? {
    guard question.obstacle == nil, question.policy.settings.reserve.isEnabled, let reserve,
      let owner = shards.first(where: { $0.ownerIndex(question.hash) == $0.index }),
      let loop = EventLoop.current
    else { return nil }
    let caller = loop.chargedLane ?? loop.systemLane
    let parker = Parker(on: caller)
    let outcome = Guarded<StoredResponse??>(nil)
    owner.lane.start {
      owner.charge(zone.id)
      let found = await reserve.find(
        question.key, question.hash, of: zone, for: question.request.fields, at: owner,
        on: owner.lane, Parker(on: owner.lane))
      outcome.withLock { $0 = .some(found.response) }
      caller.post { parker.wake() }
    }
    while true {
      if let found = outcome.withLock({ $0 }) { return found }
      _ = await parker.park()
    }
  }
}
