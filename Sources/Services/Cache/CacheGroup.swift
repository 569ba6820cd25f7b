// The RAM cache of the process: all shards and all zones.

package import Location
package import Primitives
package import Runtime

/// The RAM cache of an edge. From any thread.
package final class CacheGroup: Sendable {
  /// The shards, in the order of their loops.
  package let shards: [CacheShard]
  let hash: KeyedHash
  /// What Cache-Status calls this cache.
  let name: [UInt8]
  /// Where copies of large bodies are made; without it there are none.
  let background: Lane?
  /// Where responses go that memory has no room for; nil if there is no disk.
  let disk: CacheDisk?
  /// What is asked behind the disk; nil if there is none.
  let reserve: CacheReserve?
  /// Large bodies on their way to the disk, by what tells their slices from others'.
  let slicesComing = Guarded<[UInt64: SliceProgress]>([:])
  /// Purges that other servers of the fleet may not have made yet.
  package let purgesUnderWay = PurgesUnderWay()
  private let zones = Guarded<[ZoneID: ZoneReference]>([:])
  private let sharedLocations: Guarded<LocationDatabase?>

  /// A zone that others keep alive.
  private struct ZoneReference: Sendable {
    weak let zone: CacheZone?
  }

  /// A cache of `ramBytes`, divided among `loops`; `hash` has a secret key, `background` is the lane
  /// of a thread that serves nobody, for long copies; `disk` takes what memory has no room for, `reserve`
  /// what neither has room for;
  /// `locations` tells clients' countries; `name` is what Cache-Status calls it.
  package init(
    loops: [EventLoop], ramBytes: Int, hash: KeyedHash, background: Lane? = nil,
    disk: CacheDisk? = nil, reserve: CacheReserve? = nil, locations: LocationDatabase? = nil,
    name: String = "skerry"
  ) {
    precondition(!loops.isEmpty && ramBytes > 0)
    self.name = Array(name.utf8)
    sharedLocations = Guarded(locations)
    self.background = background
    self.disk = disk
    self.reserve = reserve
    self.hash = hash
    shards = loops.enumerated().map { index, loop in
      CacheShard(
        loop: loop, index: index, shardCount: loops.count, ramBytes: ramBytes / loops.count,
        hash: hash)
    }
    for shard in shards {
      shard.group = self
      shard.locations = locations
    }
    disk?.records.use(self)
  }

  /// Where addresses are by now; nil if that is not known here.
  package var locations: LocationDatabase? { sharedLocations.withLock { $0 } }

  /// Finds clients' countries in `locations` from the next request of each loop on. From a task on any
  /// loop, which gives back the memory of those before.
  package func use(_ locations: LocationDatabase) async {
    let before = self.locations
    sharedLocations.withLock { $0 = locations }
    for shard in shards {
      await shard.loop.perform { shard.locations = locations }
    }
    withExtendedLifetime(before) {}
  }

  /// The zone of that identity, made on first use.
  package func zone(_ id: ZoneID) -> CacheZone {
    zones.withLock { zones in
      if let zone = zones[id]?.zone { return zone }
      let zone = CacheZone(id: id, purgesUnderWay: purgesUnderWay) { [weak self] id in
        self?.forget(id)
      }
      zones[id] = ZoneReference(zone: zone)
      return zone
    }
  }

  /// The zone of that identity, if it is in memory.
  func present(_ id: ZoneID) -> CacheZone? { zones.withLock { $0[id]?.zone } }

  /// Puts a purge of a zone into force, whose number is later than those of all before: when this
  /// returns, no loop uses what it voids. Memory is given back little by little (`PurgeWalk`), or when
  /// something is looked at. A zone that is not in memory reads its purges when it is. One thread at a time.
  package func apply(
    _ purge: Purge, sequence: UInt64, to id: ZoneID, at now: Instant = SystemClock.monotonic
  ) {
    purgesUnderWay.note(sequence)
    guard let zone = present(id) else { return }
    zone.apply(purge, sequence: sequence, at: now)
    if purge.isEverything, !purge.isSoft { disk?.records.removeAll(of: id) }
    // Soft ones void as well where older purges that voided count for everything by now.
    guard zone.latestVoiding == sequence else { return }
    for shard in shards { shard.reclaim(zone) }
  }

  private func forget(_ id: ZoneID) {
    zones.withLock { zones in
      if let reference = zones[id], reference.zone == nil { zones[id] = nil }
    }
  }
}
