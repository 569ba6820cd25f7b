// Who knows which records were purged.

import Primitives

/// Is asked about records before an eviction writes them again, on the writer's thread.
protocol RecordJudge: AnyObject, Sendable {
  /// Whether anything of the zone was purged after `sequence`, as far as is known here; costs next to
  /// nothing.
  func hasPurges(of zone: ZoneID, since sequence: UInt64) -> Bool
  /// Whether a purge after `sequence` voids the record with that head.
  func isVoid(head: Span<UInt8>, of zone: ZoneID, since sequence: UInt64) -> Bool
}
