// All segments, with what the index says of each.

/// The segments that exist, by number.
struct SegmentTable {
  /// A segment, and its row in the index.
  struct State {
    let segment: DiskSegment
    var row: SegmentRow
    /// Bytes that its file may have, committed or not.
    var fileBytes: Int
  }

  private(set) var states: [UInt32: State] = [:]
  /// Bytes of all segments' files.
  private(set) var bytes = 0

  subscript(number: UInt32) -> DiskSegment? { states[number]?.segment }

  mutating func add(_ segment: DiskSegment, _ row: SegmentRow) {
    precondition(states[segment.number] == nil)
    states[segment.number] = State(
      segment: segment, row: row, fileBytes: row.length)
    bytes += row.length
  }

  mutating func remove(_ number: UInt32) {
    guard let state = states.removeValue(forKey: number) else { return }
    bytes -= state.fileBytes
  }

  mutating func setRow(_ row: SegmentRow, of number: UInt32) {
    states[number]?.row = row
    noteWritten(row.length, of: number)
  }

  /// Notes that a segment's file was written so far.
  mutating func noteWritten(_ length: Int, of number: UInt32) {
    guard let state = states[number], length > state.fileBytes else { return }
    bytes += length - state.fileBytes
    states[number]?.fileBytes = length
  }

  /// The oldest segment but `excluded`.
  func oldest(but excluded: UInt32?) -> State? {
    states.values.filter { $0.segment.number != excluded }
      .min { $0.segment.number < $1.segment.number }
  }
}
