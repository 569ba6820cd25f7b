// The cache on disk with its threads.

package import Primitives
package import Runtime
package import Storage

/// Records on a disk, for tasks of any lane: nothing here keeps a loop waiting. One thread opens and
/// writes, some read what the kernel does not have in memory; until the store is open, and after `close`, there is nothing in it.
package final class DiskCache: Sendable {
  private let phase = Guarded(Phase.opening(MissedRemovals()))
  private let readers: [EventLoop]
  private let reads: Guarded<ReadQueue<DiskRequest>>
  private let writing: DiskWriting
  private let writer: Lane
  /// How long a request waits for a record.
  private let findDuration: Duration
  private let patience: LookPatience
  private let judge: RecordJudgeReference

  /// What may be asked of it.
  private enum Phase {
    case opening(MissedRemovals)
    case open(DiskStore)
    case closed
  }

  /// Begins to open the cache in the folder `directory`, whose parent must exist. While another process
  /// has it, that is tried again. `writer` and `readers` are threads that may block, best of nobody
  /// else; `heir` is offered what evictions remove; `report` is given lines for the log.
  package init(
    _ directory: String, files: any SegmentFiles, _ configuration: DiskConfiguration,
    writer: EventLoop, readers: [EventLoop],
    loopReading: LoopReading = .unlessItWaits,
    findDuration: Duration = DiskLimits.findDuration, heir: (any RecordHeir)? = nil,
    report: @escaping @Sendable (String) -> Void
  ) {
    patience = LookPatience(loopReading)
    self.findDuration = findDuration
    self.readers = readers
    self.writer = writer.systemLane
    reads = Guarded(ReadQueue(readers: readers.count))
    let limiter = ReportLimiter(report)
    let judge = RecordJudgeReference()
    self.judge = judge
    writing = DiskWriting(on: writer.systemLane) { () throws(StorageError) in
      do throws(StorageError) {
        return try DiskStore(directory, files: files, configuration, heir: heir, judge: judge) {
          limiter.note($0)
        }
      } catch {
        limiter.note(.closed(error))
        throw error
      }
    }
    writing.opened = { [weak self] store in
      self?.phase.withLock { phase in
        guard case .opening(let missed) = phase else { return }
        missed.apply(to: store)
        phase = .open(store)
      }
    }
    self.writer.post { [writing] in writing.enqueue() }
  }

  /// Asks `judge`, whom others keep alive, which records were purged, before it writes one again or gives
  /// it to its heir.
  func use(_ judge: any RecordJudge) { self.judge.set(judge) }

  /// The digest of a key of the cache; nil while the store is not open.
  package func digest(of key: Span<UInt8>) -> DiskDigest? { store?.index.secret.digest(of: key) }

  /// The newest record of a digest that is the zone's and suits; nil if there is none, or too many
  /// requests of the zone wait. `suits` is called on any thread, with records without their bodies.
  /// A look that is not counted changes nothing. From a task on `lane`.
  package func find(
    _ digest: DiskDigest, for zone: ZoneID, on lane: Lane, isCounted: Bool = true,
    suits: @escaping @Sendable (DiskRecord) -> Bool
  ) async -> DiskRecord? {
    guard let store else { return nil }
    if isCounted { store.noteRequest(digest) }
    // What a zone does not have needs no look.
    guard store.mayHave(zone) else {
      if isCounted { store.noteOutcome(isHit: false) }
      return nil
    }
    let finding = findAtOnce(digest, for: zone, in: store, isCounted: isCounted, suits: suits)
    guard finding.isOpen else { return finding.record }
    let request = DiskRequest(
      digest, zone, on: lane, patience: findDuration, isCounted: isCounted, suits)
    let added = reads.withLock { reads in
      reads.add(request, of: zone) ? (true, reads.wakeReader()) : (false, nil)
    }
    guard added.0 else {
      if isCounted { store.noteBusy() }
      return nil
    }
    if let reader = added.1 { post(to: reader, store) }
    return await request.wait()
  }

  /// What `find` comes to, as far as that is known without a wait; if it is not, nothing is counted. From
  /// a loop.
  func findAtOnce(
    _ digest: DiskDigest, for zone: ZoneID, suits: (DiskRecord) -> Bool
  ) -> DiskFinding {
    guard let store else { return .nothing }
    guard store.mayHave(zone) else {
      store.noteRequest(digest)
      store.noteOutcome(isHit: false)
      return .nothing
    }
    let finding = findAtOnce(digest, for: zone, in: store, isCounted: true, suits: suits)
    if !finding.isOpen { store.noteRequest(digest) }
    return finding
  }

  /// What is known without waiting for the disk: of the index and what it names only if that was not
  /// waited for lately.
  private func findAtOnce(
    _ digest: DiskDigest, for zone: ZoneID, in store: DiskStore, isCounted: Bool,
    suits: (DiskRecord) -> Bool
  ) -> DiskFinding {
    let begun = SystemClock.monotonic
    guard patience.isPrompt(at: begun) else {
      let finding = store.findPending(digest, for: zone, suits: suits)
      if isCounted, !finding.isOpen { store.noteOutcome(isHit: finding.record != nil) }
      return finding
    }
    let finding = store.read(digest, for: zone, mayWait: false, suits: suits)
    let end = SystemClock.monotonic
    patience.noteLook(from: begun, to: end)
    if isCounted { store.note(finding, nanoseconds: end.nanoseconds(since: begun)) }
    return finding
  }

  /// Keeps a record, which can be found at once; false if it is not admitted or there is no room for it.
  /// One that `isWanted` is admitted however seldom it was asked for.
  @discardableResult
  package func put(_ record: DiskRecord, isWanted: Bool = false) -> Bool {
    change { $0.put(record, isWanted: isWanted) } ?? false
  }

  /// Gives the record of a digest and selection new times, after a validation that changed no more.
  package func touch(
    _ digest: DiskDigest, selection: UInt64, of zone: ZoneID, receivedWall: WallTime,
    expiresWall: WallTime, sequence: UInt64
  ) {
    let touch = DiskTouch(
      selection: selection, receivedWall: receivedWall, expiresWall: expiresWall,
      sequence: sequence)
    change { $0.touch(digest, touch, of: zone) }
  }

  /// Forgets all records of a digest, which are the zone's.
  package func remove(_ digest: DiskDigest, of zone: ZoneID) {
    change { $0.remove(digest, of: zone) }
  }

  /// Forgets all records of a key of the cache, also of a store that is not open yet.
  package func remove(key: Span<UInt8>, of zone: ZoneID) {
    if let digest = digest(of: key) { return remove(digest, of: zone) }
    let isOpen = phase.withLock { phase in
      guard case .opening(var missed) = phase else { return true }
      missed.add(key, of: zone)
      phase = .opening(missed)
      return false
    }
    if isOpen, let digest = digest(of: key) { remove(digest, of: zone) }
  }

  /// Forgets the record of a digest and selection, as another has taken its place that is not kept.
  package func supersede(_ digest: DiskDigest, selection: UInt64, of zone: ZoneID) {
    change { $0.supersede(digest, selection, of: zone) }
  }

  /// Forgets all records of a zone. Durable with the next commit, as all changes are.
  package func removeAll(of zone: ZoneID) {
    phase.withLock { phase in
      guard case .opening(var missed) = phase else { return }
      missed.add(zone)
      phase = .opening(missed)
    }
    change { $0.removeAll(of: zone) }
  }

  /// Sets a zone's part of the disk relative to others', 1 if it was never set.
  package func setWeight(_ weight: Int, of zone: ZoneID) {
    change { $0.setWeight(weight, of: zone) }
  }

  /// What is there and what happened; nil while the store is not open.
  package var figures: DiskFigures? { store?.figures }

  /// Commits what waits and closes the index, then calls `then` on the writer's thread. From any
  /// thread, once.
  package func close(then: @escaping @Sendable () -> Void) {
    phase.withLock { $0 = .closed }
    for request in reads.withLock({ $0.close() }) { request.finish(nil) }
    closeWhenQuiet(then)
  }

  // MARK: - Threads

  private var store: DiskStore? {
    phase.withLock { if case .open(let store) = $0 { store } else { nil } }
  }

  @discardableResult
  private func change<Result>(_ body: (DiskStore) -> Result) -> Result? {
    guard let store else { return nil }
    let result = body(store)
    let isAmple = store.pending.withLock { $0.isAmple }
    if writing.isAnnouncementNeeded(isAmple) {
      writer.post { [writing] in writing.changesCame(isAmple) }
    }
    return result
  }

  private func post(to reader: Int, _ store: DiskStore) {
    readers[reader].systemLane.post { [self] in serve(reader, store) }
  }

  /// Serves one request; the thread's other work has its turn before the next.
  private func serve(_ reader: Int, _ store: DiskStore) {
    guard let request = reads.withLock({ $0.next(for: reader) }) else { return }
    let finding = store.read(
      request.digest, for: request.zone, mayWait: true, suits: request.suits)
    if request.isCounted {
      store.note(
        finding, nanoseconds: SystemClock.monotonic.nanoseconds(since: request.begun))
    }
    request.finish(finding.record)
    post(to: reader, store)
  }

  private func closeWhenQuiet(_ then: @escaping @Sendable () -> Void) {
    writer.post { [self] in
      // Readers end what they have begun; none begins anything new.
      guard reads.withLock({ $0.isQuiet }) else { return closeWhenQuiet(then) }
      writing.close()
      then()
    }
  }
}
