// The rows that a commit writes beside entries.

/// Rows of segments and zones; nil removes one.
struct IndexRows {
  var segments: [(number: UInt32, row: SegmentRow?)] = []
  var zones: [(number: UInt32, row: ZoneRow?)] = []
  var nextZone: UInt32 = 1
}
