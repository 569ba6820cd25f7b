// What waits to be written to the object store.

import Exchange
import Primitives

/// Jobs of all zones, zones in turn, within bounds. Jobs of one target are done one after the other in their
/// order, so that a removal is not overtaken by what was written before it.
struct WriteQueue: Sendable {
  private var zones: [ZoneID: Zone] = [:]
  /// Zones that have jobs, in the order of their turns.
  private var turns: [ZoneID] = []
  private var underWay: Set<String> = []
  private(set) var bytes = 0
  private(set) var count = 0
  /// Those of them that are no removals.
  private var writeCount = 0

  /// A zone's jobs.
  private struct Zone: Sendable {
    private(set) var jobs: ArraySlice<WriteJob> = []
    var bytes = 0
    /// How many jobs of a target wait that are no removals.
    private(set) var writes: [String: Int] = [:]
    /// How many they are of all targets.
    private(set) var writeCount = 0
    /// Targets whose removal waits or is under way, with how many removals of them there are.
    var removals: [String: Int] = [:]
    var isUnderWay = 0

    mutating func append(_ job: WriteJob) {
      jobs.append(job)
      bytes += job.bytes
      guard !job.isRemoval else { return }
      writes[job.target, default: 0] += 1
      writeCount += 1
    }

    /// Takes the job at `offset` out; its bytes count until it has ended. Costs `offset`, not all jobs.
    mutating func take(_ offset: Int) -> WriteJob {
      var index = jobs.startIndex + offset
      let job = jobs[index]
      while index > jobs.startIndex {
        jobs.swapAt(index, index - 1)
        index -= 1
      }
      // A slice keeps what is before it.
      jobs[index] = WriteJob(zone: job.zone, target: "", work: .remove)
      jobs.removeFirst()
      if jobs.isEmpty { jobs = [] }
      if !job.isRemoval, let count = writes[job.target] {
        writes[job.target] = count == 1 ? nil : count - 1
        writeCount -= 1
      }
      return job
    }

    /// Drops what is to be written for a target; how many jobs that were, and their bytes.
    mutating func drop(_ target: String) -> (count: Int, bytes: Int) {
      guard writes.removeValue(forKey: target) != nil else { return (0, 0) }
      let kept = jobs.filter { $0.target != target || $0.isRemoval }
      let dropped = jobs.count - kept.count
      writeCount -= dropped
      let keptBytes = kept.reduce(0) { $0 + $1.bytes }
      let freed = jobs.reduce(0) { $0 + $1.bytes } - keptBytes
      jobs = ArraySlice(kept)
      bytes -= freed
      return (dropped, freed)
    }
  }

  /// Whether so many bytes of a zone would be taken.
  func hasRoom(_ added: Int, of zone: ZoneID) -> Bool {
    let own = zones[zone]
    let free = ReserveLimits.waitingBytes - bytes
    return added + (own?.bytes ?? 0) <= free
      && (own?.writeCount ?? 0) < ReserveLimits.waitingJobs - writeCount
  }

  /// Adds what is to be put or refreshed; false if there is no room.
  mutating func add(_ job: WriteJob) -> Bool {
    precondition(!job.isRemoval)
    guard hasRoom(job.bytes, of: job.zone) else { return false }
    append(job)
    return true
  }

  /// Adds a removal; what waits to be written for its target goes. False if its zone has too many: whoever
  /// asked sees to it that nothing of the target is used.
  @discardableResult
  mutating func remove(_ target: String, of id: ZoneID) -> Bool {
    let dropped = zones[id]?.drop(target) ?? (count: 0, bytes: 0)
    count -= dropped.count
    writeCount -= dropped.count
    bytes -= dropped.bytes
    if dropped.count > 0, zones[id]?.jobs.isEmpty ?? true { turns.removeAll { $0 == id } }
    // One that waits does for all; one that is under way may have seen an older list.
    let own = zones[id]?.removals[target] ?? 0
    let isWaiting = own > (underWay.contains(target) ? 1 : 0)
    let isFull = own == 0 && (zones[id]?.removals.count ?? 0) >= ReserveLimits.waitingRemovals
    if !isWaiting, !isFull {
      zones[id, default: Zone()].removals[target, default: 0] += 1
      append(WriteJob(zone: id, target: target, work: .remove))
    }
    tidy(id)
    return !isFull
  }

  /// Whether a target is being removed, so that nothing of it may be used.
  func isRemoved(_ target: String, of zone: ZoneID) -> Bool {
    zones[zone]?.removals[target] != nil
  }

  /// Targets of a zone whose removal is not over.
  func removals(of zone: ZoneID) -> [String] { zones[zone].map { Array($0.removals.keys) } ?? [] }

  /// Whether something of a target is to be written, or is being.
  func isWritten(_ target: String, of zone: ZoneID) -> Bool {
    underWay.contains(target) || zones[zone]?.writes[target] != nil
  }

  /// The record that waits to be put under a name: the last one.
  func waiting(_ name: ObjectName, of zone: ZoneID) -> ReservedRecord? {
    guard let own = zones[zone], own.writes[name.targetPrefix] != nil else { return nil }
    for job in own.jobs.reversed() {
      if case .put(let record, name) = job.work { return record }
    }
    return nil
  }

  /// The next job; nil if none can be begun now. `ended` must follow.
  mutating func next(now: Instant) -> WriteJob? {
    for _ in turns.indices {
      let id = turns.removeFirst()
      if let offset = ready(of: id, now: now), let job = take(offset, of: id) { return job }
      turns.append(id)
    }
    return nil
  }

  /// Where the first job of a zone is that can be begun.
  private func ready(of id: ZoneID, now: Instant) -> Int? {
    guard let waiting = zones[id]?.jobs.prefix(Self.scanned) else { return nil }
    return waiting.firstIndex { $0.due <= now && !underWay.contains($0.target) }
      .map { $0 - waiting.startIndex }
  }

  private mutating func take(_ offset: Int, of id: ZoneID) -> WriteJob? {
    guard let job = zones[id]?.take(offset) else { return nil }
    zones[id]?.isUnderWay += 1
    underWay.insert(job.target)
    count -= 1
    if !job.isRemoval { writeCount -= 1 }
    if zones[id]?.jobs.isEmpty == false { turns.append(id) }
    return job
  }

  /// When the next job is due that is not yet; nil if there is none.
  var nextDue: Instant? {
    turns.lazy.compactMap { id in self.zones[id]?.jobs.prefix(Self.scanned).map(\.due).min() }
      .min()
  }

  /// A job is over. A removal that failed or has more to do is done again, not before `due`.
  mutating func ended(_ job: WriteJob, retryAt due: Instant? = nil) {
    underWay.remove(job.target)
    bytes -= job.bytes
    zones[job.zone]?.bytes -= job.bytes
    zones[job.zone]?.isUnderWay -= 1
    if job.isRemoval {
      if let due {
        var again = job
        again.due = due
        append(again)
      } else if let waiting = zones[job.zone]?.removals[job.target] {
        zones[job.zone]?.removals[job.target] = waiting == 1 ? nil : waiting - 1
      }
    }
    tidy(job.zone)
  }

  private mutating func append(_ job: WriteJob) {
    if zones[job.zone]?.jobs.isEmpty ?? true { turns.append(job.zone) }
    zones[job.zone, default: Zone()].append(job)
    bytes += job.bytes
    count += 1
    if !job.isRemoval { writeCount += 1 }
  }

  private mutating func tidy(_ id: ZoneID) {
    guard let zone = zones[id], zone.jobs.isEmpty else { return }
    turns.removeAll { $0 == id }
    if zone.isUnderWay == 0, zone.removals.isEmpty {
      zones[id] = nil
    }
  }

  /// Jobs of a zone that are looked at for one that can be begun; others wait behind them.
  private static let scanned = 64

  /// Checks what must always hold; for tests.
  func checkInvariants() {
    precondition(count == zones.values.reduce(0) { $0 + $1.jobs.count })
    precondition(writeCount == zones.values.reduce(0) { $0 + $1.writeCount })
    for zone in zones.values {
      precondition(zone.writeCount == zone.jobs.count { !$0.isRemoval })
      precondition(zone.writeCount == zone.writes.values.reduce(0, +))
    }
    precondition(bytes == zones.values.reduce(0) { $0 + $1.bytes } && bytes >= 0)
    precondition(Set(turns) == Set(zones.filter { !$0.value.jobs.isEmpty }.keys))
    precondition(Set(turns).count == turns.count)
  }
}
