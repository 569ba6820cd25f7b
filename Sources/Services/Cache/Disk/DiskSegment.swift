// One segment: its file, and which parts of it were read.

import Primitives
import Storage

/// A segment of the store. Readers that hold it go on reading after it was evicted; its file is closed
/// with the last reference.
final class DiskSegment: Sendable {
  let number: UInt32
  let file: any SegmentFile
  /// A bit for each `DiskLimits.heatBytes` in which a record begins that was read.
  private let heat: Guarded<[UInt64]>
  /// Where records of `DiskLimits.lentBytes` and more begin that were found to be sound lately.
  private let sound = Guarded(Sound())

  /// Since when, and which.
  private struct Sound {
    var since = Instant(nanoseconds: 0)
    var offsets: Set<UInt32> = []
  }

  /// A segment of at most `bytes` bytes.
  init(_ number: UInt32, _ file: any SegmentFile, bytes: Int) {
    self.number = number
    self.file = file
    heat = Guarded(Array(repeating: 0, count: bytes / DiskLimits.heatBytes / 64 + 1))
  }

  /// Notes that the record at `offset` was read and compared with its checksums.
  func noteSound(_ offset: UInt32, at now: Instant) {
    sound.withLock { sound in
      if now >= sound.since + DiskLimits.checkInterval { sound = Sound(since: now) }
      sound.offsets.insert(offset)
    }
  }

  /// Whether that was so lately.
  func isSound(_ offset: UInt32, at now: Instant) -> Bool {
    sound.withLock { sound in
      now < sound.since + DiskLimits.checkInterval && sound.offsets.contains(offset)
    }
  }

  /// Notes that the record at `offset` was read.
  func warm(_ offset: UInt32) {
    let bit = Int(offset) / DiskLimits.heatBytes
    heat.withLock { if bit / 64 < $0.count { $0[bit / 64] |= 1 << UInt64(bit % 64) } }
  }

  /// Whether a record that begins near `offset` was read since the segment was written or opened.
  func isHot(_ offset: UInt32) -> Bool {
    let bit = Int(offset) / DiskLimits.heatBytes
    return heat.withLock {
      bit / 64 < $0.count && $0[bit / 64] & (1 << UInt64(bit % 64)) != 0
    }
  }
}
