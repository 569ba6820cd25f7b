// Finding a record.

import Primitives
import Runtime
import Storage
import Synchronization

extension DiskStore {
  /// Counts a request for a digest, which decides what is admitted.
  func noteRequest(_ digest: DiskDigest) { sketch.withLock { $0.count(digest) } }

  func noteOutcome(isHit: Bool) {
    counters.withLock { if isHit { $0.hits += 1 } else { $0.misses += 1 } }
  }

  /// Counts a request that is answered by `finding` after a look at the index.
  func note(_ finding: DiskFinding, nanoseconds: UInt64) {
    switch finding {
    case .pending: noteOutcome(isHit: true)
    case .read, .nothing:
      counters.withLock { counters in
        if finding.record != nil { counters.hits += 1 } else { counters.misses += 1 }
        counters.reads.record(nanoseconds: nanoseconds)
      }
    case .wouldWait: break
    }
  }

  /// Counts a request that could not wait.
  func noteBusy() {
    counters.withLock { counters in
      counters.misses += 1
      counters.busy += 1
    }
  }

  /// Whether the zone may have anything here; does not read the disk.
  func mayHave(_ zone: ZoneID) -> Bool { accounts.withLock { $0.number(of: zone) } != nil }

  /// As `read`, among what is not committed yet only.
  func findPending(
    _ digest: DiskDigest, for zone: ZoneID, suits: (DiskRecord) -> Bool
  ) -> DiskFinding {
    guard let number = accounts.withLock({ $0.number(of: zone) }) else { return .nothing }
    return answer(digest, zone, number, suits).finding
  }

  /// The newest record of a digest that is the zone's and suits; `suits` is given records without their
  /// bodies. Counts nothing. Unless it `mayWait`, the disk is not waited for, and little is read. With a
  /// `lender` the body may be one that is lent.
  func read(
    _ digest: DiskDigest, for zone: ZoneID, mayWait: Bool, lender: DiskLender? = nil,
    suits: (DiskRecord) -> Bool
  ) -> DiskFinding {
    var moved: [DiskPlace] = []
    // An eviction may have moved the record between the look at the index and that at its segment.
    for _ in 0..<2 {
      guard let number = accounts.withLock({ $0.number(of: zone) }) else { return .nothing }
      let answer = answer(digest, zone, number, suits)
      if case let finding = answer.finding, !finding.isOpen { return finding }
      var budget = mayWait ? Int.max : DiskLimits.promptBytes
      moved.removeAll(keepingCapacity: true)
      for entry in entries(of: digest) where entry.zone == number {
        guard let entry = answer.current(entry) else { continue }
        guard let segment = segments.withLock({ $0[entry.place.segment] }) else {
          moved.append(entry.place)
          continue
        }
        if let lender, isLendable(entry, of: segment, lender),
          let record = lend(entry, of: digest, for: zone, in: segment, lender, suits)
        {
          return .read(record)
        }
        budget -= Int(entry.headBytes) + Int(entry.bodyBytes)
        guard budget >= 0 else { return .wouldWait }
        let finding = record(entry, of: digest, for: zone, in: segment, mayWait, suits)
        if case .nothing = finding { continue }
        return finding
      }
      if moved.isEmpty { return .nothing }
    }
    for place in moved { _ = add(digest, .forget(place)) }
    return .nothing
  }

  private func answer(
    _ digest: DiskDigest, _ zone: ZoneID, _ number: UInt32, _ suits: (DiskRecord) -> Bool
  ) -> PendingAnswer {
    let changes = pending.withLock { $0.changes(of: digest) }
    return PendingAnswer(changes, zone: zone, number: number, suits: suits)
  }

  private func entries(of digest: DiskDigest) -> [DiskEntry] {
    do {
      return try index.entries(of: digest)
    } catch {
      noteReadFault(.index(error))
      // What can't be read is not worth keeping; other faults may pass.
      if case .corruptedRecord = error { _ = add(digest, .remove) }
      return []
    }
  }

  private func record(
    _ entry: DiskEntry, of digest: DiskDigest, for zone: ZoneID, in segment: DiskSegment,
    _ mayWait: Bool, _ suits: (DiskRecord) -> Bool
  ) -> DiskFinding {
    do throws(DiskFault) {
      guard let reading = try reading(entry, in: segment, mayWait) else { return .wouldWait }
      let header = reading.header
      guard header.digest == digest, header.zone == zone, header.selection == entry.selection
      else { throw .mismatch(segment: segment.number) }
      var record = DiskRecord(
        digest: digest, zone: zone, selection: entry.selection, sequence: entry.sequence,
        receivedWall: WallTime(seconds: Int64(entry.received)),
        expiresWall: WallTime(seconds: Int64(entry.expires)), head: try reading.head(), body: [])
      guard suits(record) else { return .nothing }
      let body = try reading.body()
      if !body.isEmpty { record.body = [body] }
      if body.count >= DiskLimits.lentBytes {
        segment.noteSound(entry.place.offset, at: SystemClock.monotonic)
      }
      segment.warm(entry.place.offset)
      return .read(record)
    } catch {
      noteReadFault(error)
      _ = add(digest, .forget(entry.place))
      return .nothing
    }
  }

  /// Whether the kernel may send the body out of its segment: that was found to be sound lately, and it is
  /// fresh, so that nothing else is done with it.
  private func isLendable(
    _ entry: DiskEntry, of segment: DiskSegment, _ lender: DiskLender
  ) -> Bool {
    Int(entry.bodyBytes) >= lender.leastBytes
      && segment.isSound(entry.place.offset, at: SystemClock.monotonic)
      && Int64(entry.expires) > SystemClock.wall.seconds
  }

  /// The record with a body that is lent; nil if it must be read, or does not suit.
  private func lend(
    _ entry: DiskEntry, of digest: DiskDigest, for zone: ZoneID, in segment: DiskSegment,
    _ lender: DiskLender, _ suits: (DiskRecord) -> Bool
  ) -> DiskRecord? {
    do throws(DiskFault) {
      let reading = try RecordReading(
        headCachedOf: segment, at: Int(entry.place.offset), headBytes: Int(entry.headBytes),
        bodyBytes: Int(entry.bodyBytes))
      guard let reading, reading.header.digest == digest, reading.header.zone == zone,
        reading.header.selection == entry.selection
      else { return nil }
      var record = DiskRecord(
        digest: digest, zone: zone, selection: entry.selection, sequence: entry.sequence,
        receivedWall: WallTime(seconds: Int64(entry.received)),
        expiresWall: WallTime(seconds: Int64(entry.expires)), head: try reading.head(), body: [])
      guard suits(record),
        let body = SegmentLoan(
          entry, of: digest, for: zone, in: segment, self, reader: lender.reader)?
          .body()
      else { return nil }
      record.body = [body]
      segment.warm(entry.place.offset)
      return record
    } catch {
      // Who reads it meets the same fault, and reports it.
      return nil
    }
  }

  private func reading(
    _ entry: DiskEntry, in segment: DiskSegment, _ mayWait: Bool
  ) throws(DiskFault) -> RecordReading? {
    let (offset, head, body) = (
      Int(entry.place.offset), Int(entry.headBytes), Int(entry.bodyBytes)
    )
    guard mayWait else {
      return try RecordReading(cachedOf: segment, at: offset, headBytes: head, bodyBytes: body)
    }
    return try RecordReading(segment, at: offset, headBytes: head, bodyBytes: body)
  }
}
