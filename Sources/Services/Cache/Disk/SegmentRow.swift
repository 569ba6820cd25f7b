// What the index says of a segment.

/// A segment's row: how far it was written when that was committed, and what of it is in use.
struct SegmentRow: Equatable {
  /// Bytes that may be believed.
  var length = 0
  /// Records that the index names, and their bytes.
  var records = 0
  var liveBytes = 0

  init() {}

  /// Reads what `bytes` gave; nil for anything else.
  init?(_ span: Span<UInt8>) {
    guard span.count == 24 else { return nil }
    length = Int(truncatingIfNeeded: span.integer(at: 0, as: UInt64.self))
    records = Int(truncatingIfNeeded: span.integer(at: 8, as: UInt64.self))
    liveBytes = Int(truncatingIfNeeded: span.integer(at: 16, as: UInt64.self))
    // Offsets in the index have 32 bits.
    guard length >= 0, length <= Int(UInt32.max), records >= 0, liveBytes >= 0 else { return nil }
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for value in [length, records, liveBytes] { bytes.append(integer: UInt64(value)) }
    return bytes
  }
}
