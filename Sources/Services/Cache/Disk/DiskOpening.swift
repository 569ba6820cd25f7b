// What is there when the store is opened.

import Storage

/// The index, its rows and the segments that both the index and the folder have.
struct DiskOpening {
  let index: DiskIndex
  let rows: IndexRows
  private(set) var segments = SegmentTable()
  /// Segments that the index has and the folder has not.
  private(set) var missing: Set<UInt32> = []
  private(set) var nextSegment: UInt32 = 1

  /// Opens the index in `directory`; a damaged one is given up with all segments. Segments that the
  /// index does not know are removed: nothing of them was committed.
  init(
    _ directory: String, _ files: any SegmentFiles, _ report: (DiskFault) -> Void
  ) throws(StorageError) {
    (index, rows) = try Self.index(directory, report)
    let present = Set(try files.numbers())
    let known = Set(rows.segments.map(\.number))
    nextSegment = (present.union(known).max() ?? 0) + 1
    for number in present.subtracting(known) {
      // What can't be removed now is tried again at the next start.
      do { try files.remove(number) } catch { report(.writing(error)) }
    }
    for (number, row) in rows.segments {
      guard let row, present.contains(number) else {
        missing.insert(number)
        report(.missing(segment: number))
        continue
      }
      do {
        let file = try files.open(number)
        segments.add(DiskSegment(number, file, bytes: row.length), row)
      } catch {
        missing.insert(number)
        report(.missing(segment: number))
      }
    }
  }

  private static func index(
    _ directory: String, _ report: (DiskFault) -> Void
  ) throws(StorageError) -> (DiskIndex, IndexRows) {
    do {
      let index = try DiskIndex(directory)
      return (index, try index.rows())
    } catch {
      guard error.isDamage else { throw error }
      report(.discarded(error))
      try StorageEnvironment.discard(directory)
      let index = try DiskIndex(directory)
      return (index, try index.rows())
    }
  }
}

extension StorageError {
  /// Whether it says that what is stored can't be used, and will not be by waiting.
  fileprivate var isDamage: Bool {
    switch self {
    case .corrupted, .corruptedRecord, .recordVersion, .versionMismatch, .engine: true
    default: false
    }
  }
}
