// Making room: segment by segment, the oldest first.

import Primitives
import Storage
import Synchronization

extension DiskWriter {
  /// Bytes that are given away: the current segment counts as if it were full.
  private var allocatedBytes: Int {
    let segments = store.segments.withLock { segments in
      let ofCurrent = current.flatMap { segments.states[$0.number]?.fileBytes } ?? 0
      return segments.bytes - ofCurrent
    }
    let ofCurrent = current == nil ? 0 : max(length, store.configuration.segmentBytes)
    return segments + ofCurrent + store.index.environment.usedBytes
  }

  /// Whether a new segment for new records is within the quota, with others for what evictions write
  /// again and for the index to grow.
  var mayCreate: Bool {
    allocatedBytes + store.configuration.segmentBytes * (1 + DiskLimits.spareSegments)
      <= store.configuration.quotaBytes
  }

  /// Whether the next segment for new records would be too much.
  var needsEviction: Bool { !mayCreate }

  /// Whether there is an eviction to go on with, or the need and something for one.
  var canEvict: Bool {
    guard eviction == nil else { return true }
    return needsEviction && (current != nil || store.segments.withLock { !$0.states.isEmpty })
  }

  /// Whether a whole commit's records can be written.
  var hasRoom: Bool {
    let rest = current == nil ? 0 : store.configuration.segmentBytes - length
    return rest >= DiskLimits.commitBytes + DiskLimits.bodyBytes + DiskLimits.headBytes
      || mayCreate
  }

  /// The quota counts as used up from the first eviction until a quarter of it is free.
  func updateFullness() {
    if needsEviction {
      store.isFull.store(true, ordering: .relaxed)
    } else if allocatedBytes * 4 < store.configuration.quotaBytes * 3 {
      store.isFull.store(false, ordering: .relaxed)
    }
  }

  /// Goes on with the eviction, or begins one if there is need.
  func evict(_ wall: WallTime, _ step: inout WriteStep) {
    guard writeError == nil else { return }
    if eviction == nil, needsEviction { beginEviction(&step) }
    guard var walk = eviction else { return }
    let end = walk.offset + DiskLimits.evictionBytes
    for _ in 0..<DiskLimits.evictionRecords {
      guard walk.offset < min(end, walk.length), writeError == nil else { break }
      guard let header = nextHeader(&walk) else { continue }
      let offset = walk.offset
      walk.offset += header.recordBytes
      decide(header, at: UInt32(offset), &walk, wall, &step)
    }
    eviction = walk
    guard walk.offset >= walk.length else { return }
    step.evicted = walk.segment
    reinsertionCredit = min(
      walk.allowance - walk.reinsertedBytes,
      store.configuration.quotaBytes / DiskLimits.creditsOfQuota)
    eviction = nil
  }

  /// Takes the oldest segment; the one that is written to only if there is no other, next time.
  private func beginEviction(_ step: inout WriteStep) {
    if let oldest = store.segments.withLock({ $0.oldest(but: current?.number) }) {
      eviction = EvictionWalk(oldest, credit: reinsertionCredit)
    } else {
      flush(&step)
      seal()
    }
  }

  /// Whether the record stays, and what follows for the index.
  private func decide(
    _ header: DiskRecordHeader, at offset: UInt32, _ walk: inout EvictionWalk, _ wall: WallTime,
    _ step: inout WriteStep
  ) {
    let place = DiskPlace(segment: walk.segment.number, offset: offset)
    guard let entry = liveEntry(header.digest, at: place) else { return }
    var kind = IndexChange.Kind.drop(place)
    let stays = isKept(entry, wall, walk)
    if stays || store.heir != nil, isVoid(entry, header, in: walk.segment) {
      step.evictedRecords += 1
    } else if stays, let record = whole(entry, header, in: walk.segment),
      let copy = append(record, zone: entry.zone, isAgain: true, to: &step)
    {
      walk.reinsertedBytes += entry.recordBytes
      step.reinserted += 1
      kind = .move(from: place, to: copy.place)
    } else {
      offer(entry, header, in: walk.segment, wall)
      step.evictedRecords += 1
    }
    step.changes.append(IndexChange(digest: header.digest, kind: kind))
  }

  /// Whether a purge voids the record. Its head is read only if its zone was purged since.
  private func isVoid(
    _ entry: DiskEntry, _ header: DiskRecordHeader, in segment: DiskSegment
  ) -> Bool {
    guard let judge = store.judge.present,
      judge.hasPurges(of: header.zone, since: entry.sequence)
    else { return false }
    do throws(DiskFault) {
      let reading = try RecordReading(
        segment, at: Int(entry.place.offset), headBytes: Int(entry.headBytes),
        bodyBytes: Int(entry.bodyBytes))
      return try reading.head().withSpan {
        judge.isVoid(head: $0, of: header.zone, since: entry.sequence)
      }
    } catch {
      // Whoever writes it again meets the fault, and says so.
      return false
    }
  }

  /// Offers a record that goes to whoever wants it, if it is fresh still.
  private func offer(
    _ entry: DiskEntry, _ header: DiskRecordHeader, in segment: DiskSegment, _ wall: WallTime
  ) {
    guard let heir = store.heir, Int64(entry.expires) > wall.seconds,
      heir.wants(entry.recordBytes, of: header.zone),
      !isOutdated(entry, of: header.digest)
    else { return }
    do throws(DiskFault) {
      let reading = try RecordReading(
        segment, at: Int(entry.place.offset), headBytes: Int(entry.headBytes),
        bodyBytes: Int(entry.bodyBytes))
      guard try reading.head().withSpan({ heir.wants(head: $0) }) else { return }
    } catch { return store.noteReadFault(error) }
    guard let record = whole(entry, header, in: segment) else { return }
    heir.take(record)
    // Who outdates a record tells the disk first: a removal that is not seen here reaches the heir later.
    if isOutdated(entry, of: header.digest) { heir.forget(record) }
  }

  /// Whether a change that waits, or is in this step, takes the entry out of the index.
  private func isOutdated(_ entry: DiskEntry, of digest: DiskDigest) -> Bool {
    guard store.accounts.withLock({ $0.isCurrent(entry.zone) }) else { return true }
    return store.pending.withLock { $0.changes(of: digest) }.contains { change in
      switch change.kind {
      case .put(let record, _): record.selection == entry.selection
      case .supersede(let selection): selection == entry.selection
      case .forget(let place): place == entry.place
      case .remove: true
      case .touch: false
      }
    }
  }

  private func isKept(_ entry: DiskEntry, _ wall: WallTime, _ walk: EvictionWalk) -> Bool {
    guard Int64(entry.expires) + DiskLimits.staleSeconds > wall.seconds,
      walk.mayReinsert(entry.recordBytes)
    else { return false }
    return store.accounts.withLock { accounts in
      accounts.isCurrent(entry.zone)
        && (walk.segment.isHot(entry.place.offset) || accounts.isBelowShare(entry.zone))
    }
  }

  /// The entry that names the place; nil if none does any more.
  private func liveEntry(_ digest: DiskDigest, at place: DiskPlace) -> DiskEntry? {
    do {
      return try store.index.entries(of: digest).first { $0.place == place }
    } catch {
      store.noteReadFault(.index(error))
      return nil
    }
  }

  /// The record with the times that the index has; nil if it is damaged.
  private func whole(
    _ entry: DiskEntry, _ header: DiskRecordHeader, in segment: DiskSegment
  ) -> DiskRecord? {
    do throws(DiskFault) {
      let reading = try RecordReading(
        segment, at: Int(entry.place.offset), headBytes: Int(entry.headBytes),
        bodyBytes: Int(entry.bodyBytes))
      guard reading.header == header else { throw .mismatch(segment: segment.number) }
      return DiskRecord(
        digest: header.digest, zone: header.zone, selection: entry.selection,
        sequence: entry.sequence, receivedWall: WallTime(seconds: Int64(entry.received)),
        expiresWall: WallTime(seconds: Int64(entry.expires)), head: try reading.head(),
        body: [try reading.body()])
    } catch {
      store.noteReadFault(error)
      return nil
    }
  }

  // MARK: - Finding records

  /// The header where the walk is; nil if there is none, and the walk has gone on to where there may
  /// be one.
  private func nextHeader(_ walk: inout EvictionWalk) -> DiskRecordHeader? {
    do throws(StorageError) {
      let storage = ByteStorage(capacity: DiskRecordHeader.bytes)
      let got = try walk.segment.file.read(storage.capacity, at: walk.offset, into: storage)
      let start = Bytes(storage, offset: 0, count: got)
      if let header = start.withSpan({ DiskRecordHeader($0) }) { return header }
      store.noteReadFault(
        got < storage.capacity
          ? .truncated(segment: walk.segment.number) : .header(segment: walk.segment.number))
      walk.offset = got < storage.capacity ? walk.length : try nextMagic(walk)
    } catch {
      store.noteReadFault(.reading(error))
      walk.offset += DiskLimits.firstReadBytes
    }
    return nil
  }

  /// The next place behind the walk's where a record seems to begin, or how far was looked.
  private func nextMagic(_ walk: EvictionWalk) throws(StorageError) -> Int {
    let start = walk.offset + DiskLimits.alignment
    let storage = ByteStorage(capacity: DiskLimits.writeBytes)
    let got = try walk.segment.file.read(storage.capacity, at: start, into: storage)
    guard got > 0 else { return walk.length }
    let found = Bytes(storage, offset: 0, count: got).withSpan { bytes in
      for offset in stride(from: 0, to: got - 7, by: DiskLimits.alignment)
      where bytes.integer(at: offset, as: UInt64.self) == DiskRecordHeader.magic {
        return offset
      }
      return got
    }
    return start + found
  }

  // MARK: - Sweeping and removing

  /// Takes some entries out of the index whose segments are gone.
  func sweep(_ step: inout WriteStep) {
    guard let start = sweepStart, eviction == nil else { return }
    do {
      let found = try store.index.sweep(from: start) { entry in
        store.segments.withLock { $0[entry.place.segment] != nil }
      }
      step.changes += found.changes
      step.evictedRecords += found.changes.count
      sweepStart = found.next
      if found.next == nil { step.swept = goneSegments }
    } catch {
      store.noteReadFault(.index(error))
      sweepStart = nil
    }
  }

  /// Gives up the oldest segment without a look at what is in it: there is no room to write anything.
  func evictAtOnce() {
    guard let oldest = store.segments.withLock({ $0.oldest(but: current?.number) }) else { return }
    let segment = oldest.segment
    if eviction?.segment === segment { eviction = nil }
    store.segments.withLock { $0.remove(segment.number) }
    goneSegments.insert(segment.number)
    sweepStart = []
    remove(segment)
  }

  func remove(_ segment: DiskSegment) {
    do {
      try store.files.remove(segment.number)
    } catch {
      // The next start removes it: the index does not know it.
      store.noteWriteFault(.writing(error))
    }
  }
}
