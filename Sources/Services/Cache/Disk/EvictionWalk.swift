// How far the eviction of a segment has come.

/// A walk through the records of a segment that is evicted.
struct EvictionWalk {
  let segment: DiskSegment
  /// Bytes of the segment that may be believed.
  let length: Int
  var offset = 0
  /// Bytes that were written again.
  var reinsertedBytes = 0

  /// Bytes that may be written again.
  let allowance: Int

  /// A walk through a segment; `credit` is what earlier ones left of what they might have written.
  init(_ state: SegmentTable.State, credit: Int) {
    segment = state.segment
    length = state.row.length
    allowance = length / 4 * DiskLimits.reinsertedQuarters + credit
  }

  /// Whether so much may be written again.
  func mayReinsert(_ bytes: Int) -> Bool { reinsertedBytes + bytes <= allowance }
}
