// What the disk did and has, for those who look at it.

package import Primitives

/// Counts since the start, and what there is now.
package struct DiskFigures: Sendable {
  /// Records that are stored, their bytes in segments, and both by zone.
  package internal(set) var stored = DiskUse()
  package internal(set) var zones: [ZoneID: DiskUse] = [:]
  /// Bytes of all segments, used or not, and of the index.
  package internal(set) var segmentBytes = 0
  package internal(set) var indexBytes = 0
  package internal(set) var quotaBytes = 0
  /// Bytes that wait to be written.
  package internal(set) var pendingBytes = 0

  /// Requests that were answered with a record, and without.
  package internal(set) var hits: UInt64 = 0
  package internal(set) var misses: UInt64 = 0
  /// Requests (of the misses) that came when too many of their zone waited.
  package internal(set) var busy: UInt64 = 0
  /// Records that were committed.
  package internal(set) var admitted: UInt64 = 0
  /// Records that were not stored because they were not asked for before, or are too large.
  package internal(set) var refused: UInt64 = 0
  /// Changes that were lost to full queues or to faults.
  package internal(set) var dropped: UInt64 = 0
  /// Records that evictions removed, and those that they wrote again.
  package internal(set) var evicted: UInt64 = 0
  package internal(set) var reinserted: UInt64 = 0
  package internal(set) var readFaults: UInt64 = 0
  package internal(set) var writeFaults: UInt64 = 0
  package internal(set) var commits: UInt64 = 0
  /// How long requests took that had to be read, waiting included.
  package internal(set) var reads = LatencyHistogram()

  init() {}
}
