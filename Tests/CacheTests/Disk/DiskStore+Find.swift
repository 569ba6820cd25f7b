// Finding a record without threads.

import Primitives

@testable import Cache

extension DiskStore {
  /// What `DiskCache.find` does, at once: reads a record and counts the request.
  func find(
    _ digest: DiskDigest, for zone: ZoneID, suits: (DiskRecord) -> Bool
  ) -> DiskRecord? {
    noteRequest(digest)
    let finding = read(digest, for: zone, mayWait: true, suits: suits)
    note(finding, nanoseconds: 0)
    return finding.record
  }
}
