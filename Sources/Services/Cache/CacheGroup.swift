// The RAM cache of the process: all shards and all zones.

import HTTP
package import Primitives
package import Runtime
import Synchronization

/// The RAM cache of an edge. From any thread.
package final class CacheGroup: Sendable {
  /// The shards, in the order of their loops.
  package let shards: [CacheShard]
  let hash: KeyedHash
  /// Where copies of large bodies are made; without it there are none.
  let background: Lane?
  private let zones = Mutex<[ZoneID: ZoneReference]>([:])

  /// A zone that others keep alive.
  private struct ZoneReference: Sendable {
    weak let zone: CacheZone?
  }

  /// A cache of `ramBytes`, divided among `loops`; `hash` has a secret key, `background` is the lane
  /// of a thread that serves nobody, for long copies.
  package init(loops: [EventLoop], ramBytes: Int, hash: KeyedHash, background: Lane? = nil) {
    precondition(!loops.isEmpty && ramBytes > 0)
    self.background = background
    self.hash = hash
    shards = loops.enumerated().map { index, loop in
      CacheShard(
        loop: loop, index: index, shardCount: loops.count, ramBytes: ramBytes / loops.count,
        hash: hash)
    }
    for shard in shards { shard.group = self }
  }

  /// The zone of that identity, made on first use.
  package func zone(_ id: ZoneID) -> CacheZone {
    zones.withLock { zones in
      if let zone = zones[id]?.zone { return zone }
      let zone = CacheZone(id: id) { [weak self] id in self?.forget(id) }
      zones[id] = ZoneReference(zone: zone)
      return zone
    }
  }

  /// Voids everything that is stored for a zone or on its way to it, at once; its memory is
  /// reclaimed little by little.
  package func purgeEverything(of id: ZoneID) {
    guard let zone = zones.withLock({ $0[id]?.zone }) else { return }
    zone.beginGeneration()
    for shard in shards {
      shard.lane.post { shard.reclaim(zone) }
    }
  }

  /// Voids what is stored under a URL of a zone, all variants and whatever else is part of its keys,
  /// and what is on its way. The authority is in lower case and without a default port, the path with
  /// its query, as in `RequestHead`; `policies` are the zone's. Not on a loop: a key may take long.
  package func purge(
    _ scheme: CacheKey.Scheme, _ authority: [UInt8], _ path: [UInt8], of id: ZoneID,
    _ policies: CachePolicies
  ) {
    guard let zone = zones.withLock({ $0[id]?.zone }) else { return }
    var target = RequestHead()
    target.scheme = scheme
    target.authority = authority
    target.path = path
    var key: [UInt8] = []
    let plan = policies.policy(for: target).key
    CacheKey.write(CacheKey.prefix(id), target, plan, to: &key)
    let hash = hash.hash(key.span)
    if let plan, plan.hasParts {
      zone.targetInvalidations().note(hash, at: SystemClock.monotonic)
      return
    }
    let owner = shards[shards[0].ownerIndex(hash)]
    owner.lane.post { [key] in
      owner.charge(id)
      owner.invalidate(hash, key, of: zone)
    }
  }

  private func forget(_ id: ZoneID) {
    zones.withLock { zones in
      if let reference = zones[id], reference.zone == nil { zones[id] = nil }
    }
  }
}
