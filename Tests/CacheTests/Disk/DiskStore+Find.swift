// Finding a record without threads.

import Primitives

@testable import Cache

extension DiskStore {
  /// What `DiskCache.find` does, at once: reads a record and counts the request.
  func find(
    _ digest: DiskDigest, for zone: ZoneID, suits: (DiskRecord) -> Bool
  ) -> DiskRecord? {
    noteRequest(digest)
    let record = read(digest, for: zone, suits: suits)
    noteOutcome(isHit: record != nil)
    return record
  }
}
