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
    if flight.isWindowed { return !unwritten.isEmpty }
    let zone = flight.zone.id
    return flight.pieces.end > DiskLimits.bodyBytes
      && owner.owed.bytes(of: zone) > owner.capacity / DiskLimits.owedShareOfShard
      && !disk.records.hasRoom(for: DiskLimits.owedBytesAtOnce, of: zone)
  }

  /// Puts slices that have come on the disk, as many as it has room for.
  func putSlices() {
    guard let slices = writer?.slices, let disk = flight.shard.group?.disk else { return }
    let isWanted = isAdmitted || progress?.isWanted ?? false
    while let slice = unwritten.first {
      let outcome = disk.put(
        slice, of: slices, flight.zone, flight.sequence, receivedAt: times.receivedAt,
        isWanted: isWanted, at: flight.shard)
      guard outcome != .noRoom else { break }
      pass(slice, of: slices, isPut: outcome == .kept)
    }
    countUnwritten(slices)
  }

  /// Counts what waits among the bytes that are on their way to the zone; beyond its part of those it is
  /// given up, the first to have come first.
  private func countUnwritten(_ slices: Slices) {
    let shard = flight.shard
    shard.countInFlight(-unwrittenBytes, of: flight.zone.id)
    unwrittenBytes = unwritten.reduce(0) { $0 + $1.count }
    while let slice = unwritten.first,
      !shard.admits(bytes: UInt64(unwrittenBytes), of: flight.zone.id, maximum: .max)
    {
      unwrittenBytes -= slice.count
      drop(slice, of: slices)
    }
    shard.countInFlight(unwrittenBytes, of: flight.zone.id)
  }

  /// Gives up those that there is no room for.
  func dropUnwritten() {
    guard let slices = writer?.slices else { return }
    while let slice = unwritten.first { drop(slice, of: slices) }
    countUnwritten(slices)
  }

  private func drop(_ slice: SliceWriter.Slice, of slices: Slices) {
    flight.shard.group?.disk?.records.noteDropped()
    pass(slice, of: slices, isPut: false)
  }

  private func pass(_ slice: SliceWriter.Slice, of slices: Slices, isPut: Bool) {
    unwritten.removeFirst()
    if isPut { slicesPut += 1 } else { slicesRefused += 1 }
    progress?.advance(to: min((slice.index + 1) * slices.sliceBytes, slices.count))
  }
}
