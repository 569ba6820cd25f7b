// One commit in the making.

/// What a step of the writer has gathered: changes of the index, and which bytes they rely on.
struct WriteStep {
  var changes: [IndexChange] = []
  /// Segments that were written to, which must be durable before the index names what is in them.
  private(set) var written: [DiskSegment] = []
  /// How long they are if all goes well.
  private(set) var lengths: [UInt32: Int] = [:]
  /// Where in a segment writing failed: nothing from there on may be named.
  private var failures: [UInt32: Int] = [:]
  /// The segment that was evicted to its end.
  var evicted: DiskSegment?
  /// Segments that are gone and that no entry names any more.
  var swept: Set<UInt32> = []
  /// Records that an eviction wrote again, and those that it lets go.
  var reinserted = 0
  var evictedRecords = 0

  var hasFailed: Bool { !failures.isEmpty }

  mutating func noteWritten(_ segment: DiskSegment, length: Int) {
    if lengths.updateValue(length, forKey: segment.number) == nil { written.append(segment) }
  }

  /// Nothing from `offset` on is in the segment.
  mutating func noteFailure(_ segment: DiskSegment, from offset: Int) {
    failures[segment.number] = min(offset, failures[segment.number] ?? offset)
    lengths[segment.number] = offset
  }

  /// Records that were to be put and could not be written.
  var lostRecords: Int { Self.puts(changes) - Self.puts(soundChanges) }

  static func puts(_ changes: [IndexChange]) -> Int {
    changes.count { if case .put = $0.kind { true } else { false } }
  }

  /// The changes, where records were not written those that forget what was there before.
  var soundChanges: [IndexChange] {
    guard hasFailed else { return changes }
    return changes.map { change in
      guard let place = change.writtenAt, let end = failures[place.segment], place.offset >= end
      else { return change }
      switch change.kind {
      case .put(let entry):
        return IndexChange(digest: change.digest, kind: .removeSelection(entry.selection))
      case .move(let from, _): return IndexChange(digest: change.digest, kind: .drop(from))
      default: return change
      }
    }
  }
}
