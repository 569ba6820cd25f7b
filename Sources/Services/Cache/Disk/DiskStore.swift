// The cache on disk without its threads: what every thread may ask of it.

import Primitives
import Storage
import Synchronization

/// The records of a folder. Asking for changes never waits; `read` and opening may block; what was
/// asked for is done by a `DiskWriter`.
final class DiskStore: Sendable {
  let configuration: DiskConfiguration
  let files: any SegmentFiles
  let index: DiskIndex
  let segments: Guarded<SegmentTable>
  let accounts: Guarded<ZoneAccounts>
  let pending = Guarded(PendingChanges())
  let sketch: Guarded<FrequencySketch>
  let counters = Guarded(DiskFigures())
  /// Whether the quota is used up, so that only what was asked for before is stored.
  let isFull = Atomic(false)
  /// Segments whose entries are to be swept out of the index, because their files are gone.
  let missing: Set<UInt32>
  /// Numbers from here on were never used.
  let nextSegment: UInt32
  /// Is offered what evictions remove; nil for nobody.
  let heir: (any RecordHeir)?
  /// Says what was purged.
  let judge: RecordJudgeReference
  /// Called for every fault, on the thread that met it.
  let report: @Sendable (DiskFault) -> Void

  /// Opens what `files` and the index in `directory` have, or begins anew if the index is damaged.
  init(
    _ directory: String, files: any SegmentFiles, _ configuration: DiskConfiguration,
    heir: (any RecordHeir)? = nil, judge: RecordJudgeReference = RecordJudgeReference(),
    report: @escaping @Sendable (DiskFault) -> Void
  ) throws(StorageError) {
    self.configuration = configuration
    self.files = files
    self.report = report
    self.heir = heir
    self.judge = judge
    let opening = try DiskOpening(directory, files, report)
    index = opening.index
    segments = Guarded(opening.segments)
    accounts = Guarded(ZoneAccounts(rows: opening.rows.zones, nextNumber: opening.rows.nextZone))
    missing = opening.missing
    nextSegment = opening.nextSegment
    sketch = Guarded(
      FrequencySketch(records: configuration.quotaBytes / DiskLimits.sketchRecordBytes))
  }

  // MARK: - Changes

  /// Keeps a record from now on, if it is admitted or `isWanted`, and there is room in the queue.
  @discardableResult
  func put(_ record: DiskRecord, isWanted: Bool = false) -> Bool {
    guard record.fits, isWanted || isAdmitted(record.digest) else {
      counters.withLock { $0.refused += 1 }
      supersede(record.digest, record.selection, of: record.zone)
      return false
    }
    let number = accounts.withLock { $0.makeNumber(for: record.zone) }
    if add(record.digest, .put(record, zone: number), of: record.zone) { return true }
    supersede(record.digest, record.selection, of: record.zone)
    return false
  }

  /// Gives the record of a digest and selection new times.
  func touch(_ digest: DiskDigest, _ touch: DiskTouch, of zone: ZoneID) {
    _ = add(digest, .touch(touch), of: zone)
  }

  /// Forgets all records of a digest, which are the zone's. None may come back because there is no room
  /// to note that: all of the zone go then.
  func remove(_ digest: DiskDigest, of zone: ZoneID) {
    if !add(digest, .remove, of: zone) { removeAll(of: zone) }
  }

  /// Forgets all records of a zone, at once; their room is freed by evictions.
  func removeAll(of zone: ZoneID) { accounts.withLock { $0.removeAll(of: zone) } }

  func setWeight(_ weight: Int, of zone: ZoneID) {
    precondition(weight > 0)
    accounts.withLock { $0.setWeight(weight, of: zone) }
  }

  /// An older record must not come back in place of one that is not stored.
  func supersede(_ digest: DiskDigest, _ selection: UInt64, of zone: ZoneID) {
    if !add(digest, .supersede(selection: selection), of: zone) { removeAll(of: zone) }
  }

  private func isAdmitted(_ digest: DiskDigest) -> Bool {
    guard isFull.load(ordering: .relaxed) else { return true }
    return sketch.withLock { $0.frequency(of: digest) } >= 2
  }

  func add(_ digest: DiskDigest, _ kind: PendingChange.Kind, of zone: ZoneID? = nil) -> Bool {
    let isAdded = pending.withLock {
      $0.add(PendingChange(digest: digest, kind: kind, zone: zone))
    }
    if !isAdded { counters.withLock { $0.dropped += 1 } }
    return isAdded
  }

  // MARK: - Figures

  var figures: DiskFigures {
    var figures = counters.withLock { $0 }
    segments.withLock { segments in
      figures.segmentBytes = segments.bytes
      for state in segments.states.values {
        figures.stored.objects += state.row.records
        figures.stored.bytes += state.row.liveBytes
      }
    }
    figures.zones = accounts.withLock { $0.uses }
    figures.pendingBytes = pending.withLock { $0.bytes }
    figures.quotaBytes = configuration.quotaBytes
    return figures
  }

  func noteReadFault(_ fault: DiskFault) {
    counters.withLock { $0.readFaults += 1 }
    report(fault)
  }

  func noteWriteFault(_ fault: DiskFault) {
    counters.withLock { $0.writeFaults += 1 }
    report(fault)
  }
}
