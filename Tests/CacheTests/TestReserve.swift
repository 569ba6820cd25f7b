// A reserve in memory.

import Exchange
import Primitives
import Runtime

/// Keeps what it is given, at once. From any thread.
final class TestReserve: RecordReserve {
  private let records = Guarded<[ReservedName: ReservedRecord]>([:])
  private let looks = Guarded(0)
  private let fails = Guarded(false)
  private let moments = Guarded<[[UInt8]: WallTime]>([:])

  var count: Int { records.withLock { $0.count } }
  var lookCount: Int { looks.withLock { $0 } }
  /// What was said to be outdated, by target.
  var outdated: [[UInt8]: WallTime] { moments.withLock { $0 } }

  /// From now on nobody can tell what is there, or everybody.
  func fail(_ isFailing: Bool) { fails.withLock { $0 = isFailing } }

  func find(
    _ name: ReservedName, of zone: ZoneID, on lane: Lane, _ parker: Parker
  ) async -> ReservedFinding<ReservedRecord> {
    looks.withLock { $0 += 1 }
    await parker.yield()
    if fails.withLock({ $0 }) { return .unknown }
    return records.withLock { $0[name] }.map { .found($0) } ?? .absent
  }

  func outdate(_ target: [UInt8], of zone: ZoneID, receivedBefore time: WallTime) {
    moments.withLock { $0[target] = time }
  }

  /// All that is there is so much older from now on.
  func age(seconds: Int64) {
    records.withLock { records in
      for name in records.keys {
        records[name]?.receivedWall.seconds -= seconds
        records[name]?.expiresWall.seconds -= seconds
      }
    }
  }

  func hasRoom(_ bytes: Int, of zone: ZoneID) -> Bool { true }

  func noteDropped() {}

  func put(_ record: ReservedRecord, as name: ReservedName) {
    records.withLock { $0[name] = record }
  }

  func remove(_ target: [UInt8], of zone: ZoneID) {
    records.withLock { $0 = $0.filter { $0.key.target != target } }
  }
}
