// All segments, with what the index says of each.

import Primitives

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

  /// The number of the oldest; of no meaning if there is none.
  private var lowest: UInt32 = 0
  private var lent = LentSegments()
  /// The one that is being evicted.
  private var going: UInt32?

  /// Lends something of a segment, for a zone; false if it is about to go, or `limit` segments are lent. The
  /// oldest of a full disk are about to go.
  mutating func lend(_ number: UInt32, for zone: ZoneID, limit: Int, isFull: Bool) -> Bool {
    let isOld =
      number < lowest || Int(number - lowest) * DiskLimits.keptFromLending < states.count
    guard states[number] != nil, number != going, !isFull || !isOld else { return false }
    return lent.lend(number, for: zone, limit: limit)
  }

  /// Ends one `lend`.
  mutating func giveBack(_ number: UInt32) { lent.giveBack(number) }

  /// The segment to be evicted next, of which nothing is lent from now on: the oldest but `excluded` of
  /// which nothing is lent; all can't be.
  mutating func takeOldest(but excluded: UInt32?) -> State? {
    let taken = oldest(but: excluded) { !lent.holds($0) } ?? oldest(but: excluded) { _ in true }
    going = taken?.segment.number
    return taken
  }

  subscript(number: UInt32) -> DiskSegment? { states[number]?.segment }

  mutating func add(_ segment: DiskSegment, _ row: SegmentRow) {
    precondition(states[segment.number] == nil)
    states[segment.number] = State(
      segment: segment, row: row, fileBytes: row.length)
    bytes += row.length
    lowest = states.count == 1 ? segment.number : min(lowest, segment.number)
  }

  mutating func remove(_ number: UInt32) {
    guard let state = states.removeValue(forKey: number) else { return }
    bytes -= state.fileBytes
    if number == going { going = nil }
    if number == lowest { lowest = states.keys.min() ?? 0 }
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

  private func oldest(but excluded: UInt32?, where condition: (UInt32) -> Bool) -> State? {
    states.values.filter { $0.segment.number != excluded && condition($0.segment.number) }
      .min { $0.segment.number < $1.segment.number }
  }
}
