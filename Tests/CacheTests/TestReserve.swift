// A reserve in memory.

import Exchange
import Primitives
import Runtime

/// Keeps what it is given, at once. From any thread.
final class TestReserve: RecordReserve {
  private let records = Guarded<[ReservedName: ReservedRecord]>([:])
  private let looks = Guarded(0)

  var count: Int { records.withLock { $0.count } }
  var lookCount: Int { looks.withLock { $0 } }

  func find(
    _ name: ReservedName, of zone: ZoneID, on lane: Lane, _ parker: Parker
  ) async -> ReservedRecord? {
    looks.withLock { $0 += 1 }
    await parker.yield()
    return records.withLock { $0[name] }
  }

  func hasRoom(_ bytes: Int, of zone: ZoneID) -> Bool { true }

  func put(_ record: ReservedRecord, as name: ReservedName) {
    records.withLock { $0[name] = record }
  }

  func remove(_ target: [UInt8], of zone: ZoneID) {
    records.withLock { $0 = $0.filter { $0.key.target != target } }
  }
}
