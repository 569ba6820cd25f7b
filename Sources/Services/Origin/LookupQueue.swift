// Whose name is looked up next.

import Primitives

/// Names that zones want looked up, over all loops: one look-up per zone at a time, zones in turn.
/// Zones whose look-ups were slow lately get half of the threads at most, however many they are.
struct LookupQueue {
  /// A name that a zone wants.
  struct Lookup: Equatable {
    let zone: ZoneID
    let host: String
  }

  /// What a zone waits for.
  private struct Backlog {
    var hosts: [String] = []
    var isRunning = false
    var runsSlowly = false
  }

  private let threads: Int
  private var backlogs: [ZoneID: Backlog] = [:]
  /// Zones with names that wait, in turn.
  private var turns: [ZoneID] = []
  /// Zones whose last look-up was slow, until when that is held against them.
  private var slowUntil: [ZoneID: Instant] = [:]
  private var runningCount = 0
  private var slowCount = 0

  /// For `threads` look-ups at once.
  init(threads: Int) {
    precondition(threads > 0)
    self.threads = threads
  }

  /// A zone wants a name; once more is no more.
  mutating func add(_ lookup: Lookup) {
    var backlog = backlogs[lookup.zone] ?? Backlog()
    guard !backlog.hosts.contains(lookup.host) else { return }
    if backlog.hosts.isEmpty { turns.append(lookup.zone) }
    backlog.hosts.append(lookup.host)
    backlogs[lookup.zone] = backlog
  }

  /// The next look-up, which begins now; nil if none may.
  mutating func next(now: Instant) -> Lookup? {
    guard runningCount < threads else { return nil }
    let mayBeSlow = slowCount < max(1, threads / 2)
    for (index, zone) in turns.enumerated() {
      guard var backlog = backlogs[zone], !backlog.isRunning else { continue }
      let isSlow = slowUntil[zone].map { now < $0 } ?? false
      guard mayBeSlow || !isSlow else { continue }
      turns.remove(at: index)
      let host = backlog.hosts.removeFirst()
      if !backlog.hosts.isEmpty { turns.append(zone) }
      backlog.isRunning = true
      backlog.runsSlowly = isSlow
      backlogs[zone] = backlog
      runningCount += 1
      if isSlow { slowCount += 1 }
      return Lookup(zone: zone, host: host)
    }
    return nil
  }

  /// A look-up that `next` gave has ended after `took`; nobody needs to ask for that name again.
  mutating func ended(_ lookup: Lookup, took: Duration, now: Instant) {
    guard var backlog = backlogs[lookup.zone], backlog.isRunning else {
      preconditionFailure("a look-up ends once")
    }
    runningCount -= 1
    if backlog.runsSlowly { slowCount -= 1 }
    backlog.isRunning = false
    backlogs[lookup.zone] = backlog.hosts.isEmpty ? nil : backlog
    note(lookup.zone, isSlow: took >= OriginLimits.slowLookup, now: now)
    drop(lookup.host)
  }

  /// Other zones may have wanted the name, too.
  private mutating func drop(_ host: String) {
    for (zone, var backlog) in backlogs {
      guard let index = backlog.hosts.firstIndex(of: host) else { continue }
      backlog.hosts.remove(at: index)
      if backlog.hosts.isEmpty { turns.removeAll { $0 == zone } }
      backlogs[zone] = backlog.hosts.isEmpty && !backlog.isRunning ? nil : backlog
    }
  }

  private mutating func note(_ zone: ZoneID, isSlow: Bool, now: Instant) {
    slowUntil[zone] = nil
    guard isSlow else { return }
    if slowUntil.count >= OriginLimits.slowZones {
      slowUntil = slowUntil.filter { now < $0.value }
      // Still as many: what is forgotten costs those zones' neighbours one slow look-up each.
      if slowUntil.count >= OriginLimits.slowZones { slowUntil.removeAll() }
    }
    slowUntil[zone] = now + OriginLimits.slownessMemory
  }
}
