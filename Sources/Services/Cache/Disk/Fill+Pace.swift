// Large bodies that come faster than the disk takes them.

import Exchange
import Primitives
import Runtime

extension Fill {
  /// Takes what comes of a body that is too large for memory: no slice of it is cut before the one before
  /// it has gone.
  func writeInTurn(_ bytes: Bytes) async throws(Failure) {
    var rest = bytes
    while !rest.isEmpty {
      let part = rest.slice(0..<min(rest.count, flight.shard.sliceBytes))
      rest = rest.dropFirst(part.count)
      write(part)
      try await keepPace(fetch.parker)
    }
  }

  /// Waits until there is room for what comes next of a large body, if that is worth it. What is too large
  /// for memory is nowhere else; what is not may wait in memory, within its zone's bounds.
  func keepPace(_ parker: Parker) async throws(Failure) {
    guard let disk = flight.shard.group?.disk, isAhead(of: disk) else { return }
    pace.begin()
    while isAhead(of: disk),
      disk.records.isWorthWaiting(&pace, of: flight.zone.id, at: loop.preciseNow)
    {
      let deadline = loop.preciseNow + DiskLimits.paceInterval
      if await parker.park(until: deadline) == .cancelled {
        throw Failure(.clientAborted, "nobody wants the response any more")
      }
      putSlices()
    }
    dropUnwritten()
  }

  private func isAhead(of disk: CacheDisk) -> Bool {
    if flight.isRevoked { return false }
    if flight.isWindowed { return !unwritten.isEmpty }
    let zone = flight.zone.id
    return flight.pieces.end > DiskLimits.bodyBytes
      && owner.owed.bytes(of: zone) > owner.capacity / DiskLimits.owedShareOfShard
      && !disk.records.hasRoom(for: DiskLimits.owedBytesAtOnce, of: zone)
  }

  /// Puts slices that have come on the disk, as many as it has room for; of what is void by now none.
  func putSlices() {
    guard let slices = writer?.slices, let disk = flight.shard.group?.disk else { return }
    if flight.isRevoked { return dropUnwritten() }
    let isWanted = isAdmitted || progress?.isWanted ?? false
    let count = tally.count
    var passed = 0
    for slice in unwritten {
      let outcome = disk.put(
        slice, of: slices, flight.zone, flight.sequence, receivedAt: times.receivedAt,
        isWanted: isWanted, at: flight.shard)
      guard outcome != .noRoom else { break }
      pass(slice, isPut: outcome == .kept)
      passed += 1
    }
    unwritten.removeFirst(passed)
    countUnwritten()
    advance(slices, from: count)
  }

  /// Counts what waits among the bytes that are on their way to the zone; beyond its part of those it is
  /// given up, the first to have come first.
  private func countUnwritten() {
    let shard = flight.shard
    shard.countInFlight(-countedUnwrittenBytes, of: flight.zone.id)
    var passed = 0
    while passed < unwritten.count,
      !shard.admits(bytes: UInt64(unwrittenBytes), of: flight.zone.id, maximum: .max)
    {
      drop(unwritten[passed])
      passed += 1
    }
    unwritten.removeFirst(passed)
    countedUnwrittenBytes = unwrittenBytes
    shard.countInFlight(unwrittenBytes, of: flight.zone.id)
  }

  /// Gives up those that there is no room for, or that are void.
  func dropUnwritten() {
    guard let slices = writer?.slices else { return }
    let count = tally.count
    for slice in unwritten { drop(slice) }
    unwritten.removeAll()
    countUnwritten()
    advance(slices, from: count)
  }

  private func drop(_ slice: SliceWriter.Slice) {
    if !flight.isRevoked { flight.shard.group?.disk?.records.noteDropped() }
    pass(slice, isPut: false)
  }

  private func pass(_ slice: SliceWriter.Slice, isPut: Bool) {
    unwrittenBytes -= slice.count
    tally.note(slice.index, isPut: isPut)
  }

  /// Tells others how far the body has come, if that is further than before.
  private func advance(_ slices: Slices, from count: Int) {
    guard tally.count > count else { return }
    progress?.advance(to: min(tally.count * slices.sliceBytes, slices.count))
  }
}
