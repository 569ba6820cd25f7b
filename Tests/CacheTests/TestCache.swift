// A cache with one zone on one or two loops.

import Cache
import Exchange
import HTTP
import Primitives
import Runtime

/// A cache for one test. `stage` is for the loop of its index only.
final class TestCache: @unchecked Sendable {
  // Stages are made and used on their own loops.
  let group: CacheGroup
  let origin: TestOrigin
  let zone = ZoneID(high: 1, low: 2)
  private var stages: [CacheStage?]
  var configuration = CacheConfiguration()
  /// The number of the last purge.
  private var purges: UInt64 = 0

  init(
    _ origin: TestOrigin, loops: Int = 1, ramBytes: Int = 64 << 20,
    reserve: (any RecordReserve)? = nil
  ) {
    self.origin = origin
    group = CacheGroup(
      loops: Array(SharedLoops.loops.prefix(loops)), ramBytes: ramBytes,
      hash: KeyedHash(key0: 7, key1: 11), background: SharedLoops.group.storage[0].systemLane,
      reserve: reserve.map { CacheReserve($0) })
    stages = Array(repeating: nil, count: loops)
  }

  func stage(_ index: Int = 0, on lane: Lane) -> CacheStage {
    if let stage = stages[index] { return stage }
    let stage = CacheStage(
      zone: zone, policies: CachePolicies(configuration), shard: group.shards[index], lane: lane,
      below: origin)
    stages[index] = stage
    return stage
  }

  /// Purges items, or everything if none is named.
  func purge(_ items: [PurgeItem] = [], isSoft: Bool = false) {
    purges += 1
    let purge = Purge(
      isSoft: isSoft, isEverything: items.isEmpty, items: items, time: WallTime(seconds: 0))
    group.apply(purge, sequence: purges, to: zone)
  }

  /// What a purge of a URL names.
  func url(_ path: String, host: String = "a.example") -> PurgeItem {
    CachePolicies(configuration).purgeItem(host: Array(host.utf8), path: Array(path.utf8))
  }

  /// One request, to its end.
  func send(
    _ method: String = "GET", _ path: String = "/", _ fields: [(String, String)] = [],
    loop index: Int = 0, host: String = "a.example",
    from address: SocketAddress = SocketAddress(ipv4: 127, 0, 0, 1, port: 1), on lane: Lane
  ) async -> Reply {
    let client = TestClient(method, path, fields, host: host, from: address, on: lane)
    client.begin(stage(index, on: lane))
    await lane.wait { client.isDone }
    return client.reply
  }
}
