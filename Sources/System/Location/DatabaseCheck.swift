// Whether a file holds together, before the library reads it.

/// Looks at every record of a database.
///
/// libmaxminddb 1.7.1, Debian's, checks each access that it makes, but adds up the size of the tree in 32
/// bits and goes into nested values by recursion without end: a damaged file could end the process. What
/// has passed this check can do neither, and nothing of it is found wrong later.
struct DatabaseCheck {
  /// Offsets of some records in the data, all different.
  private(set) var records: [UInt32] = []
  private let metadata: DatabaseMetadata
  private let data: DataSection
  /// A bit for each byte of the data at which a value begins that a record or a pointer names.
  private var seen: [UInt64]
  /// Those of them that are to be looked at.
  private var waiting: [Int] = []
  private var walk = DataWalk()

  /// Checks the file with the content `bytes`. Takes some 10 ns for each node and value.
  init(_ bytes: [UInt8]) throws(LocationError) {
    metadata = try DatabaseMetadata(bytes)
    let start = metadata.nodes * metadata.nodeBytes + Self.separatorBytes
    data = DataSection(bytes: bytes, range: start..<metadata.markerOffset)
    seen = Array(repeating: 0, count: data.range.count / 64 + 1)
    for node in 0..<metadata.nodes {
      let (left, right) = records(of: node)
      try check(left, of: node)
      try check(right, of: node)
    }
  }

  /// Bytes of nothing between the tree and the data. Records count them.
  private static let separatorBytes = 16

  private mutating func check(_ record: Int, of node: Int) throws(LocationError) {
    guard record > metadata.nodes else { return }
    let offset = record - metadata.nodes - Self.separatorBytes
    guard offset >= 0, offset < data.range.count else {
      throw .damaged(at: node * metadata.nodeBytes, "a node of the tree leads out of the data")
    }
    guard note(offset) else { return }
    if records.count < LocationLimits.sampledRecords { records.append(UInt32(offset)) }
    try checkWaiting()
  }

  /// Notes that a value begins at `offset`; false if that is known.
  private mutating func note(_ offset: Int) -> Bool {
    let bit = UInt64(1) << UInt64(offset & 63)
    guard seen[offset >> 6] & bit == 0 else { return false }
    seen[offset >> 6] |= bit
    waiting.append(offset)
    return true
  }

  private mutating func checkWaiting() throws(LocationError) {
    while let offset = waiting.popLast() {
      var targets: [Int] = []
      try walk.skip(data, from: offset) { target in targets.append(target) }
      for target in targets { _ = note(target) }
      guard walk.values <= data.range.count * LocationLimits.valuesPerByte else {
        throw data.damage(offset, "its records overlap too much")
      }
    }
  }

  /// The two records of a node: another node, the number of nodes for nothing, or more for data.
  private func records(of node: Int) -> (left: Int, right: Int) {
    let start = node * metadata.nodeBytes
    func integer(_ range: Range<Int>) -> Int {
      range.reduce(0) { $0 << 8 | Int(data.bytes[start + $1]) }
    }
    switch metadata.recordBits {
    case 24: return (integer(0..<3), integer(3..<6))
    case 28:
      let middle = Int(data.bytes[start + 3])
      return ((middle >> 4) << 24 | integer(0..<3), (middle & 15) << 24 | integer(4..<7))
    default: return (integer(0..<4), integer(4..<8))
    }
  }
}
