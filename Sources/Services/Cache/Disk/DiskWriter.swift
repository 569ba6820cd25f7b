// The one who writes: segments and the index, a bounded step at a time.

import Primitives
import Storage

/// Writes what was asked for and evicts what is too much.
///
/// `@unchecked Sendable`: confined to the thread that calls `turn`.
final class DiskWriter: @unchecked Sendable {
  let store: DiskStore
  /// The segment that is written to, and its bytes, those in `buffer` included.
  var current: DiskSegment?
  var length = 0
  var eviction: EvictionWalk?
  /// Bytes that evictions might have written again and did not.
  var reinsertionCredit: Int
  /// Where the sweep of the index goes on; nil if there is none.
  var sweepStart: [UInt8]?
  /// Segments that are gone and that entries still name: their rows stay until a sweep that began
  /// afterwards has ended, so that a restart begins it again.
  var goneSegments: Set<UInt32>
  private var buffer: [UInt8] = []
  private var nextSegment: UInt32
  private var failuresInRow = 0
  private var restsUntil = Instant(nanoseconds: 0)

  init(_ store: DiskStore) {
    self.store = store
    nextSegment = store.nextSegment
    goneSegments = store.missing
    reinsertionCredit = store.configuration.quotaBytes / DiskLimits.creditsOfQuota
    if !store.missing.isEmpty { sweepStart = [] }
    buffer.reserveCapacity(DiskLimits.writeBytes + DiskLimits.bodyBytes)
    resumeNewest()
    updateFullness()
    noteIndexBytes()
  }

  /// Does one step of what there is to do, and commits it.
  func turn(now: Instant, wall: WallTime) -> WriterTurn {
    guard now >= restsUntil else { return .rest(until: restsUntil) }
    updateFullness()
    let walk = eviction
    let sweep = sweepStart
    let batch = store.pending.withLock { $0.take(withRecords: hasRoom) }
    var step = WriteStep()
    for change in batch { write(change, to: &step) }
    evict(wall, &step)
    self.sweep(&step)
    flush(&step)
    synchronise(&step)
    if let error = commit(&step, batch) {
      eviction = walk
      sweepStart = sweep
      return rest(after: error, now)
    }
    if let error = writeError {
      writeError = nil
      return rest(after: error, now)
    }
    if !step.lengths.isEmpty { failuresInRow = 0 }
    let hasMore = hasRoom && store.pending.withLock { $0.isAmple }
    return hasMore || canEvict || sweepStart != nil ? .again : .idle
  }

  /// What went wrong with a segment in this step.
  private(set) var writeError: StorageError?

  // MARK: - Writing records

  private func write(_ change: PendingChange, to step: inout WriteStep) {
    let kind: IndexChange.Kind
    switch change.kind {
    case .put(let record, let zone):
      guard store.accounts.withLock({ $0.isCurrent(zone) }) else { return }
      if let entry = append(record, zone: zone, isAgain: false, to: &step) {
        kind = .put(entry)
      } else {
        store.counters.withLock { $0.dropped += 1 }
        kind = .removeSelection(record.selection)
      }
    case .touch(let touch): kind = .touch(touch)
    case .supersede(let selection): kind = .removeSelection(selection)
    case .remove: kind = .removeAll
    case .forget(let place): kind = .drop(place)
    }
    step.changes.append(IndexChange(digest: change.digest, kind: kind))
  }

  /// Adds a record, which is new or written again, to the current segment or another one; nil if
  /// there is no room.
  func append(
    _ record: DiskRecord, zone: UInt32, isAgain: Bool, to step: inout WriteStep
  ) -> DiskEntry? {
    let header = DiskRecordHeader(of: record)
    let bytes = header.recordBytes
    guard let segment = segment(with: bytes, isAgain: isAgain, &step) else { return nil }
    let place = DiskPlace(segment: segment.number, offset: UInt32(length))
    let end = buffer.count + bytes
    header.append(to: &buffer)
    buffer.append(record.head)
    for piece in record.body { buffer.append(piece) }
    while buffer.count < end { buffer.append(0) }
    length += bytes
    step.noteWritten(segment, length: length)
    if buffer.count >= DiskLimits.writeBytes { flush(&step) }
    return DiskEntry(header, zone: zone, at: place)
  }

  /// The segment for a record of so many bytes, which is new or written again.
  private func segment(
    with bytes: Int, isAgain: Bool, _ step: inout WriteStep
  ) -> DiskSegment? {
    if let current, length + bytes <= store.configuration.segmentBytes { return current }
    flush(&step)
    // What an eviction writes again takes no more than it frees, only a little earlier.
    guard writeError == nil, isAgain || mayCreate else { return nil }
    seal()
    do {
      let file = try store.files.create(nextSegment)
      let segment = DiskSegment(nextSegment, file, bytes: store.configuration.segmentBytes)
      nextSegment += 1
      store.segments.withLock { $0.add(segment, SegmentRow()) }
      current = segment
      length = 0
      return segment
    } catch {
      nextSegment += 1
      fail(error)
      return nil
    }
  }

  /// Nothing is added to the current segment any more.
  func seal() {
    precondition(buffer.isEmpty)
    if let current { store.segments.withLock { $0.noteWritten(length, of: current.number) } }
    current = nil
    length = 0
  }

  func flush(_ step: inout WriteStep) {
    guard let segment = current, !buffer.isEmpty else { return }
    let start = length - buffer.count
    do throws(StorageError) {
      try buffer.withSpan { (bytes) throws(StorageError) in
        try segment.file.write(bytes, at: start)
      }
      buffer.removeAll(keepingCapacity: true)
    } catch {
      // What may have been written in part is never written again: the segment ends before it.
      buffer.removeAll(keepingCapacity: true)
      step.noteFailure(segment, from: start)
      seal()
      fail(error)
    }
  }

  private func synchronise(_ step: inout WriteStep) {
    for segment in step.written {
      do {
        try segment.file.synchronise()
      } catch {
        // The kernel may have dropped what it could not write, so that trying again proves nothing.
        let committed = store.segments.withLock { $0.states[segment.number]?.row.length ?? 0 }
        step.noteFailure(segment, from: committed)
        if current === segment { seal() }
        fail(error)
      }
    }
  }

  // MARK: - Failures

  func fail(_ error: StorageError) {
    store.noteWriteFault(.ofWriting(error))
    writeError = writeError ?? error
  }

  /// Stops writing for a time; reading goes on. On a full disk the oldest segment goes at once.
  private func rest(after error: StorageError, _ now: Instant) -> WriterTurn {
    writeError = nil
    var first = DiskLimits.restAfterFailure
    if case .diskFull = error {
      first = DiskLimits.restWhenFull
      evictAtOnce()
    }
    let duration = min(first * (1 << min(failuresInRow, 10)), DiskLimits.longestRest)
    failuresInRow += 1
    restsUntil = now + duration
    return .rest(until: restsUntil)
  }

  /// Goes on with the segment that was written to last.
  private func resumeNewest() {
    let newest = store.segments.withLock { segments in
      segments.states.values.max { $0.segment.number < $1.segment.number }
    }
    guard let newest, newest.row.length < store.configuration.segmentBytes else { return }
    // A file that is shorter than it should be has lost its end; what is added would not follow.
    do {
      guard try newest.segment.file.bytes >= newest.row.length else { return }
    } catch {
      return store.noteReadFault(.reading(error))
    }
    current = newest.segment
    length = newest.row.length
  }
}
