// What a commit has changed.

/// The changes of a commit, by zone's number and by segment.
struct IndexOutcome {
  private(set) var zones: [UInt32: DiskUse] = [:]
  private(set) var segments: [UInt32: DiskUse] = [:]
  private(set) var isEmpty = true

  /// Notes that the entries of a digest were `before` and are `after`.
  mutating func note(before: [DiskEntry], after: [DiskEntry]) {
    isEmpty = false
    for entry in before { count(entry, -1) }
    for entry in after { count(entry, 1) }
  }

  private mutating func count(_ entry: DiskEntry, _ sign: Int) {
    zones[entry.zone, default: DiskUse()].add(entry, sign)
    segments[entry.place.segment, default: DiskUse()].add(entry, sign)
  }
}
