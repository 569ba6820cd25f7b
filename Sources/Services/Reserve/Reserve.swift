// The reserve: records of caches in an object store.

package import Exchange
package import Primitives
package import Runtime
import HTTP
import Synchronization

/// Keeps records in a bucket. Looks are made on the zone's lane of the loop that asks; what is written waits
/// in a queue, and loops take from it in turn. From any thread, but for what says otherwise.
package final class Reserve: RecordReserve, Sendable {
  let configuration: ReserveConfiguration
  let queue = Guarded(WriteQueue())
  let absent = Guarded(AbsenceTable())
  let marks = Guarded(VoidMarks())
  let figuresSoFar = Guarded(ReserveFigures())
  private let nodes: [ReserveNode]
  private let nodesByLoop: [ObjectIdentifier: ReserveNode]
  private let endpoints: [SharedEndpoint]
  private let nextNode = Atomic<Int>(0)
  private let closed = Atomic<Bool>(false)
  private let faults: FaultReport
  private let keeper: NoteKeeper

  /// A reserve for tasks of `loops`. Names of endpoints are looked up on `resolver`, which may block.
  /// Reads authorities and notes from the disk: not on a loop. What is void is written down in `notes` on `storage`, which
  /// may block. `report` is given lines for the log.
  package init(
    _ configuration: ReserveConfiguration, loops: [EventLoop], resolver: EventLoop?,
    notes: any ReserveNotes, storage: EventLoop, report: @escaping @Sendable (String) -> Void
  ) {
    precondition(!loops.isEmpty && !configuration.endpoints.isEmpty)
    self.configuration = configuration
    let endpoints = configuration.endpoints.map { SharedEndpoint($0, resolver: resolver) }
    self.endpoints = endpoints
    let trust = StoreSecurity.trust(configuration.authorities)
    let faults = FaultReport(report)
    self.faults = faults
    keeper = NoteKeeper(notes, on: storage, report: report)
    nodes = loops.map { loop in
      ReserveNode(
        configuration, endpoints, on: loop, StoreSecurity(trust)
      ) { faults.note($0, $1) }
    }
    nodesByLoop = Dictionary(
      uniqueKeysWithValues: nodes.map { (ObjectIdentifier($0.loop), $0) })
    for node in nodes { node.reserve = self }
    // Names are known by the time that somebody asks.
    for endpoint in endpoints { _ = endpoint.addresses.current(now: SystemClock.monotonic) }
    restore()
  }

  /// Takes over what the process before wrote down, and goes on with its removals.
  private func restore() {
    guard let notes = keeper.load() else {
      // Nobody knows what is void.
      return marks.withLock { $0.voidAll(until: SystemClock.wall) }
    }
    for (zone, bytes) in notes {
      guard let note = VoidNote(bytes) else {
        marks.withLock { $0.void(zone, writtenUntil: SystemClock.wall) }
        continue
      }
      marks.withLock { $0.restore(note, of: zone) }
      for digest in note.removals {
        let target = ObjectName.prefix(ofDigest: digest, zone, configuration.prefix)
        queue.withLock { _ = $0.remove(target, of: zone) }
        writeSoon()
      }
    }
  }

  /// What is to be written down of a zone.
  func note(of zone: ZoneID) -> VoidNote {
    var note = marks.withLock { $0.note(of: zone) }
    note.removals = queue.withLock { $0.removals(of: zone) }.compactMap {
      ObjectName.digest(ofPrefix: $0)
    }
    return note
  }

  /// What is void of a zone has changed, or what is to be removed.
  func noteChanged(_ zone: ZoneID) { keeper.changed(zone, in: self) }

  /// Lets what is written for a zone run on the lane that `laneOf` gives on its loop, if it gives one.
  package func charge(to laneOf: @escaping @Sendable (ZoneID, EventLoop) -> Lane?) {
    for node in nodes { node.laneOf.withLock { $0 = laneOf } }
  }

  /// The lane of its connections on a loop.
  package func lane(on loop: EventLoop) -> Lane? { nodesByLoop[ObjectIdentifier(loop)]?.lane }

  /// Writes nothing more, but removes: another process may serve by now, whose invalidations would be undone.
  package func close() { closed.store(true, ordering: .releasing) }

  var isClosed: Bool { closed.load(ordering: .acquiring) }

  /// What it did so far, and what waits.
  package var figures: ReserveFigures {
    var figures = figuresSoFar.withLock { $0 }
    (figures.waitingJobs, figures.waitingBytes) = queue.withLock { ($0.count, $0.bytes) }
    return figures
  }

  /// The endpoints with whether each is left alone now.
  package var endpointStates: [(url: String, isResting: Bool)] {
    let now = SystemClock.monotonic
    return endpoints.map { endpoint in
      (endpoint.endpoint.text, endpoint.health.withLock { $0.isResting(now: now) })
    }
  }

  /// The record of that name, if it is there, whole, and not too old, or waits to be put there.
  package func find(
    _ name: ReservedName, of zone: ZoneID, on lane: Lane, _ parker: Parker
  ) async -> ReservedFinding<ReservedRecord> {
    guard let node = nodesByLoop[ObjectIdentifier(lane.loop)],
      let object = ObjectName(name, of: zone, prefix: configuration.prefix)
    else { return .unknown }
    if let waiting = queue.withLock({ $0.waiting(object, of: zone) }),
      !isVoid(object, waiting, written: lane.loop.wallTime)
    {
      figuresSoFar.withLock { $0.hits += 1 }
      return .found(waiting)
    }
    let finding = await look(object, of: zone, at: node, parker)
    guard case .absent = finding else { return finding }
    // What is being written may be there a moment later.
    let isWritten = queue.withLock { queue in
      queue.isWritten(object.targetPrefix, of: zone)
        && !queue.isRemoved(object.targetPrefix, of: zone)
    }
    return isWritten ? .unknown : .absent
  }

  private func look(
    _ object: ObjectName, of zone: ZoneID, at node: ReserveNode, _ parker: Parker
  ) async -> ReservedFinding<ReservedRecord> {
    let isKnownMiss =
      queue.withLock { $0.isRemoved(object.targetPrefix, of: zone) }
      || absent.withLock { $0.isAbsent(object, now: node.loop.now) }
    if isKnownMiss {
      figuresSoFar.withLock { $0.misses += 1 }
      return .absent
    }
    // While all endpoints rest, turns would be waited for in vain.
    guard !node.client.isResting else {
      count(.resting)
      return .unknown
    }
    guard await node.beginLook(of: zone, parker) else {
      count(.busy)
      return .unknown
    }
    defer { node.endLook(of: zone) }
    return await node.find(object, of: zone, parker)
  }

  /// Whether a record must not be used, by what is known here.
  func isVoid(_ name: ObjectName, _ record: ReservedRecord, written: WallTime) -> Bool {
    marks.withLock {
      $0.isVoid(
        name.targetPrefix, of: record.zone, received: record.receivedWall, written: written)
    }
  }

  /// Lets nothing be found of a target that was received before `time`, which may differ from what its record
  /// says by a little.
  package func outdate(_ target: [UInt8], of zone: ZoneID, receivedBefore time: WallTime) {
    guard let prefix = ObjectName.prefix(of: target, zone, configuration.prefix) else { return }
    outdate(prefix, of: zone, time.seconds - ReserveLimits.timeToleranceSeconds)
  }

  private func outdate(_ prefix: String, of zone: ZoneID, _ seconds: Int64) {
    marks.withLock {
      $0.void(
        prefix, of: zone, receivedBefore: WallTime(seconds: seconds), now: SystemClock.wall)
    }
    figuresSoFar.withLock { $0.outdated += 1 }
    noteChanged(zone)
  }

  /// Whether the queue has room.
  package func hasRoom(_ bytes: Int, of zone: ZoneID) -> Bool {
    queue.withLock { $0.hasRoom(bytes, of: zone) }
  }

  package func noteDropped() { figuresSoFar.withLock { $0.dropped += 1 } }

  /// Writes a record when its zone's turn comes.
  package func put(_ record: ReservedRecord, as name: ReservedName) {
    guard let object = ObjectName(name, of: record.zone, prefix: configuration.prefix) else {
      return noteDropped()
    }
    add(
      WriteJob(
        zone: record.zone, target: object.targetPrefix, work: .put(record, object)))
  }

  /// Forgets a target's objects; none of them is found from now on.
  package func remove(_ target: [UInt8], of zone: ZoneID) {
    guard let prefix = ObjectName.prefix(of: target, zone, configuration.prefix) else { return }
    let now = SystemClock.wall
    if !queue.withLock({ $0.remove(prefix, of: zone) }) {
      marks.withLock { $0.void(zone, writtenUntil: now) }
      figuresSoFar.withLock { $0.voided += 1 }
      faults.noteVoid(zone)
    }
    // The process that serves from now on has taken over the removals that were written down before.
    if isClosed { outdate(prefix, of: zone, now.seconds + 1) }
    noteChanged(zone)
    writeSoon()
  }

  /// Has an object written once more where it lies.
  func refresh(_ name: ObjectName, stamp: String, of zone: ZoneID) {
    add(WriteJob(zone: zone, target: name.targetPrefix, work: .refresh(name, stamp: stamp)))
  }

  /// Has an object that is no use removed: as long as it is there nothing is written in its place, and whoever
  /// looks reads it again.
  func discard(_ name: ObjectName, of zone: ZoneID, now: Instant) {
    absent.withLock { $0.note(name, now: now) }
    add(WriteJob(zone: zone, target: name.targetPrefix, work: .discard(name)))
  }

  private func add(_ job: WriteJob) {
    guard !isClosed, queue.withLock({ $0.add(job) }) else { return noteDropped() }
    writeSoon()
  }

  private func writeSoon() {
    let next = nextNode.add(1, ordering: .relaxed).oldValue
    let node = nodes[Int(next.magnitude % UInt(nodes.count))]
    node.lane.post { node.write() }
  }
}
