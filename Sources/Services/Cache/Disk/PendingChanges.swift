// Changes between being asked for and being committed.

import Primitives

/// The queue of changes, and what is found of them meanwhile. Bounded by bytes, in all and by zone, and
/// by number.
struct PendingChanges {
  /// Nil for those that were taken: what they are to write is kept by whom it waits for only.
  private var queue: [PendingChange?] = []
  /// Changes at the front of `queue` that were taken.
  private var taken = 0
  private var byDigest: [DiskDigest: [PendingChange]] = [:]
  private var nextID: UInt64 = 1
  private var useOfZones: [ZoneID: Use] = [:]
  private(set) var count = 0
  private(set) var bytes = 0
  /// How many changes were ended so far: it rises while the disk keeps up at all.
  private(set) var finished: UInt64 = 0

  /// What a zone has in the queue.
  private struct Use {
    var count = 0
    var bytes = 0
  }

  init() {}

  var isEmpty: Bool { count == 0 }

  /// Whether there is enough for a commit of its own.
  var isAmple: Bool {
    bytes >= DiskLimits.commitBytes || count >= DiskLimits.commitChanges
  }

  /// The changes of a digest, oldest first.
  func changes(of digest: DiskDigest) -> [PendingChange] { byDigest[digest] ?? [] }

  /// What there is in the queue, of all and of a zone.
  func backlog(of zone: ZoneID) -> DiskPace.Backlog {
    let use = useOfZones[zone] ?? Use()
    return DiskPace.Backlog(
      finished: finished, bytes: bytes, bytesOfZone: use.bytes, count: count,
      countOfZone: use.count, isFullOfChanges: use.count >= DiskLimits.pendingChanges - count)
  }

  /// Whether so many bytes could be added for a zone in so many records: it has no more than is left for the
  /// others even then.
  func hasRoom(for size: Int, in records: Int = 1, of zone: ZoneID) -> Bool {
    let use = useOfZones[zone] ?? Use()
    let left = DiskLimits.pendingBytes - bytes - size
    return use.count + records <= DiskLimits.pendingChanges - (count + records - 1)
      && use.bytes + size <= left
  }

  /// Adds a change; false if there is no room. What makes records void has twice as much. No zone has more
  /// than is left for all others, who find some room whatever it does.
  mutating func add(_ change: PendingChange) -> Bool {
    if let last = byDigest[change.digest]?.last, change.repeats(last) { return true }
    let size = change.bytes
    let room = DiskLimits.pendingChanges * (size > 0 ? 1 : 2) - count
    guard room > 0, bytes + size <= DiskLimits.pendingBytes else { return false }
    if let zone = change.zone {
      var use = useOfZones[zone] ?? Use()
      use.count += 1
      use.bytes += size
      guard use.count <= room, size == 0 || use.bytes <= DiskLimits.pendingBytes - bytes else {
        return false
      }
      useOfZones[zone] = use
    }
    var change = change
    change.id = nextID
    nextID += 1
    bytes += size
    count += 1
    queue.append(change)
    byDigest[change.digest, default: []].append(change)
    return true
  }

  /// The next changes in order, as many as one commit has, or none of them from the first record on
  /// if `withRecords` is false. They stay findable until `finish`.
  mutating func take(withRecords: Bool) -> [PendingChange] {
    var batch: [PendingChange] = []
    var batchBytes = 0
    while taken < queue.count, batch.count < DiskLimits.commitChanges,
      let change = queue[taken]
    {
      let size = change.bytes
      if size > 0, !withRecords { break }
      if !batch.isEmpty, batchBytes + size > DiskLimits.commitBytes { break }
      batch.append(change)
      batchBytes += size
      queue[taken] = nil
      taken += 1
    }
    compact()
    return batch
  }

  /// Ends changes that were committed or failed.
  mutating func finish(_ batch: ArraySlice<PendingChange>) {
    for change in batch {
      bytes -= change.bytes
      count -= 1
      finished &+= 1
      if let zone = change.zone, var use = useOfZones[zone] {
        use.count -= 1
        use.bytes -= change.bytes
        useOfZones[zone] = use.count > 0 ? use : nil
      }
      byDigest[change.digest]?.removeAll { $0.id == change.id }
      if byDigest[change.digest]?.isEmpty ?? false { byDigest[change.digest] = nil }
    }
  }

  /// Puts changes that were taken and not committed before all others, in their order.
  mutating func putBack(_ batch: [PendingChange]) {
    queue.replaceSubrange(..<taken, with: batch.map { $0 })
    taken = 0
  }

  /// Moves the rest to the front when most of the queue was taken.
  private mutating func compact() {
    guard taken == queue.count || taken > DiskLimits.commitChanges * 8 else { return }
    queue.removeFirst(taken)
    taken = 0
  }
}
