// Large bodies that come faster than the disk takes them.

import Exchange
import Primitives
import Runtime

extension Fill {
  /// Waits until there is room for what comes next of a large body, as long as the disk gets on at all.
  /// What is too large for memory is nowhere else; what is not may wait in memory, within bounds.
  func keepPace() async throws(Failure) {
    guard let disk = flight.shard.group?.disk else { return }
    var pace = DiskPace()
    while isAhead(of: disk.records), disk.records.isMoving(&pace, at: loop.preciseNow) {
      let deadline = loop.preciseNow + DiskLimits.paceInterval
      if await fetch.parker.park(until: deadline) == .cancelled {
        throw Failure(.clientAborted, "nobody wants the response any more")
      }
      putSlices()
    }
    dropUnwritten()
  }

  private func isAhead(of disk: DiskCache) -> Bool {
    if flight.isWindowed { return !unwritten.isEmpty }
    return flight.pieces.end > DiskLimits.bodyBytes
      && owner.owed.bytes > owner.capacity / DiskLimits.owedShareOfShard
      && !disk.hasRoom(for: DiskLimits.owedBytesAtOnce, of: flight.zone.id)
  }
}
