// What was purged of what lies on the disk.

import Primitives
import Runtime

extension CacheGroup: RecordJudge {
  /// Purges of zones that are not in memory are not known here; then a record is judged when it is read.
  func hasPurges(of zone: ZoneID, since sequence: UInt64) -> Bool {
    guard let zone = present(zone) else { return false }
    return zone.purgeSequence > sequence
  }

  func isVoid(head: Span<UInt8>, of zone: ZoneID, since sequence: UInt64) -> Bool {
    guard let zone = present(zone), let identity = RecordHead.identity(head) else { return false }
    if sequence < zone.purgeFloor { return true }
    let times = RecordTimes(received: WallTime(seconds: 0), expires: WallTime(seconds: 0))
    guard
      let found = RecordHead(
        head, of: identity, times, now: SystemClock.monotonic, wall: WallTime(seconds: 0))
    else { return false }
    return zone.verdict(since: sequence, key: identity, tags: found.head.tags) == .void
  }
}
