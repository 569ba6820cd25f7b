// The body of a record while it is sent out of its segment.

import Primitives
import Runtime
import Storage
import Synchronization

/// Lends the body of one record. Its segment is not evicted as long as anybody has it.
///
/// `@unchecked Sendable`: it never changes.
final class SegmentLoan: FileLoan, @unchecked Sendable {
  private let store: DiskStore
  private let segment: DiskSegment
  private let digest: DiskDigest
  private let entry: DiskEntry
  private let reader: Lane

  /// A loan of what `entry` names, for a zone; nil if its segment may lend nothing. `reader` is where the disk
  /// may be waited for.
  init?(
    _ entry: DiskEntry, of digest: DiskDigest, for zone: ZoneID, in segment: DiskSegment,
    _ store: DiskStore, reader: Lane
  ) {
    let isFull = store.isFull.load(ordering: .relaxed)
    let limit = store.configuration.lentSegments
    guard
      store.segments.withLock({
        $0.lend(segment.number, for: zone, limit: limit, isFull: isFull)
      })
    else { return nil }
    self.store = store
    self.segment = segment
    self.digest = digest
    self.entry = entry
    self.reader = reader
    super.init()
  }

  deinit { store.segments.withLock { $0.giveBack(segment.number) } }

  /// The body; nil if the kernel does not have all of it in memory.
  func body() -> Bytes? {
    let start = Int(entry.place.offset) + DiskRecordHeader.bytes + Int(entry.headBytes)
    return segment.file.lend(Int(entry.bodyBytes), at: start, by: self)
  }

  override func isInMemory(_ offset: Int, _ count: Int) -> Bool {
    segment.file.isCached(count, at: offset)
  }

  override func bring(then: @escaping @Sendable (Bool) -> Void) {
    reader.post { [self] in then(isSound()) }
  }

  /// Reads the whole record and compares it with its checksums.
  private func isSound() -> Bool {
    do throws(DiskFault) {
      let reading = try RecordReading(
        segment, at: Int(entry.place.offset), headBytes: Int(entry.headBytes),
        bodyBytes: Int(entry.bodyBytes))
      guard reading.header.digest == digest else { throw .mismatch(segment: segment.number) }
      _ = try reading.body()
      return true
    } catch {
      store.noteReadFault(error)
      _ = store.add(digest, .forget(entry.place))
      return false
    }
  }
}
