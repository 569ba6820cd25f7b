// Finding a record without threads.

import Primitives

@testable import Cache

extension DiskStore {
  /// What `DiskCache.find` does, at once: reads a record and counts the request.
  func find(
    _ digest: DiskDigest, for zone: ZoneID, suits: (DiskRecord) -> Bool
  ) -> DiskRecord? {
    noteRequest(digest)
    guard case .record(let record) = read(digest, for: zone, mayWait: true, suits: suits) else {
      noteOutcome(isHit: false)
      return nil
    }
    noteOutcome(isHit: true)
    return record
  }
}
