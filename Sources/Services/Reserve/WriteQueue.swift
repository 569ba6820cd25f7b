// What waits to be written to the object store.

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

  /// A zone's jobs.
  private struct Zone: Sendable {
    var jobs: [WriteJob] = []
    var bytes = 0
    /// Targets whose removal waits or is under way, with how many removals of them there are.
    var removals: [String: Int] = [:]
    /// What was written before this is void, because there were too many removals.
    var voidBefore = WallTime(seconds: .min)
    var isUnderWay = 0
  }

  /// Whether so many bytes of a zone would be taken.
  func hasRoom(_ added: Int, of zone: ZoneID) -> Bool {
    let own = zones[zone]
    let free = ReserveLimits.waitingBytes - bytes
    return added + (own?.bytes ?? 0) <= free
      && (own?.jobs.count ?? 0) < ReserveLimits.waitingJobs - count
  }

  /// Adds what is to be put or refreshed; false if there is no room.
  mutating func add(_ job: WriteJob) -> Bool {
    precondition(!job.isRemoval)
    guard hasRoom(job.bytes, of: job.zone) else { return false }
    append(job)
    return true
  }

  /// Adds a removal; what waits to be written for its target goes. Never refused: of a zone that has too
  /// many, all that was written before `now` is void from now on, whether it is removed or not.
  mutating func remove(_ target: String, of id: ZoneID, now: WallTime) {
    var zone = zones[id] ?? Zone()
    var kept: [WriteJob] = []
    for job in zone.jobs {
      if job.target == target, !job.isRemoval {
        count -= 1
        bytes -= job.bytes
        zone.bytes -= job.bytes
      } else {
        kept.append(job)
      }
    }
    zone.jobs = kept
    // One that waits does for all; one that is under way may have seen an older list.
    let isWaiting = zone.jobs.contains { $0.target == target }
    let isFull = zone.removals.count >= ReserveLimits.waitingRemovals
    if !isWaiting, isFull { zone.voidBefore = max(zone.voidBefore, now) }
    zones[id] = zone
    if !isWaiting, !isFull {
      zones[id]?.removals[target, default: 0] += 1
      append(WriteJob(zone: id, target: target, work: .remove))
    }
    tidy(id)
  }

  /// Whether a target is being removed, so that nothing of it may be used.
  func isRemoved(_ target: String, of zone: ZoneID) -> Bool {
    zones[zone]?.removals[target] != nil
  }

  /// What is older, of a zone's objects, is void.
  func voidBefore(_ zone: ZoneID) -> WallTime {
    zones[zone]?.voidBefore ?? WallTime(seconds: .min)
  }

  /// The next job; nil if none can be begun now. `ended` must follow.
  mutating func next(now: Instant) -> WriteJob? {
    for _ in turns.indices {
      let id = turns.removeFirst()
      guard var zone = zones[id] else { continue }
      let index = zone.jobs.prefix(Self.scanned).firstIndex {
        $0.due <= now && !underWay.contains($0.target)
      }
      guard let index else {
        turns.append(id)
        continue
      }
      let job = zone.jobs.remove(at: index)
      zone.isUnderWay += 1
      underWay.insert(job.target)
      count -= 1
      zones[id] = zone
      if !zone.jobs.isEmpty { turns.append(id) }
      return job
    }
    return nil
  }

  /// When the next job is due that is not yet; nil if there is none.
  var nextDue: Instant? {
    turns.lazy.compactMap { id in self.zones[id]?.jobs.prefix(Self.scanned).map(\.due).min() }
      .min()
  }

  /// A job is over. A removal that failed is done again, not before `due`.
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
    var zone = zones[job.zone] ?? Zone()
    if zone.jobs.isEmpty { turns.append(job.zone) }
    zone.jobs.append(job)
    zone.bytes += job.bytes
    zones[job.zone] = zone
    bytes += job.bytes
    count += 1
  }

  private mutating func tidy(_ id: ZoneID) {
    guard let zone = zones[id], zone.jobs.isEmpty else { return }
    turns.removeAll { $0 == id }
    if zone.isUnderWay == 0, zone.removals.isEmpty, zone.voidBefore.seconds == .min {
      zones[id] = nil
    }
  }

  /// Jobs of a zone that are looked at for one that can be begun; others wait behind them.
  private static let scanned = 64

  /// Checks what must always hold; for tests.
  func checkInvariants() {
    precondition(count == zones.values.reduce(0) { $0 + $1.jobs.count })
    precondition(bytes == zones.values.reduce(0) { $0 + $1.bytes } && bytes >= 0)
    precondition(Set(turns) == Set(zones.filter { !$0.value.jobs.isEmpty }.keys))
    precondition(Set(turns).count == turns.count)
  }
}
