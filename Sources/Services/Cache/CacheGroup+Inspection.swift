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
  /// why. Looks at each loop
  /// once, in a turn of its system lane, which the zone pays for, and at the disk; changes nothing. From a
  /// task on any loop.
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
    return CacheInspection(question, findings, onDisk)
  }
}
