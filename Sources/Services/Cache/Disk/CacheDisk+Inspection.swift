// Looking at what is on the disk.

import Primitives
import Runtime

extension CacheDisk {
  /// All responses for `key` that are on the disk and not void, the newest first, without their bodies.
  /// Changes and counts nothing. From a task on `lane`; waits for the disk.
  func inspect(
    _ key: [UInt8], _ hash: UInt64, of zone: CacheZone, now: Instant, wall: WallTime,
    on lane: Lane
  ) async -> [StoredResponse] {
    guard let digest = digest(of: key) else { return [] }
    let identity = CacheKey.identity(of: key)
    let found = Found()
    _ = await records.find(digest, for: zone.id, on: lane, isCounted: false) { record in
      let times = RecordTimes(received: record.receivedWall, expires: record.expiresWall)
      let head = record.head.withSpan {
        RecordHead($0, of: identity, times, now: now, wall: wall)
      }
      if let head { found.add(head, record) }
      // None is the last, so that all are seen and no body is read.
      return false
    }
    return found.all.withLock { $0 }.compactMap { selection, head, sequence in
      let stored = StoredResponse(
        zone: zone, sequence: sequence, hash: hash, key: key, head: head.head,
        body: StoredBody([]))
      return stored.isCurrent ? stored : nil
    }
  }

  /// What the search has met.
  private final class Found: Sendable {
    let all = Guarded<[(selection: UInt64, head: RecordHead, sequence: UInt64)]>([])

    func add(_ head: RecordHead, _ record: DiskRecord) {
      all.withLock { all in
        // What is about to be committed comes before what it replaces.
        guard !all.contains(where: { $0.selection == record.selection }) else { return }
        all.append((record.selection, head, record.sequence))
      }
    }
  }
}
