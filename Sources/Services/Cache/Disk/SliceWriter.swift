// A large body cut into slices as it passes.

import Primitives

/// Collects what comes into slices, without copying.
struct SliceWriter {
  private let id: UInt64
  private let sliceBytes: Int
  /// The slice that comes; small pieces are put together.
  private var pending = PieceBuffer()
  private var index = 0
  private var count = 0

  init(id: UInt64, sliceBytes: Int) {
    self.id = id
    self.sliceBytes = sliceBytes
  }

  /// What the slices are so far.
  var slices: Slices { Slices(id: id, count: count, sliceBytes: sliceBytes) }

  /// A slice that is complete.
  struct Slice {
    let index: Int
    let pieces: [Bytes]
    let count: Int
  }

  /// Takes the next bytes; every slice that is full by them.
  mutating func append(_ bytes: Bytes) -> [Slice] {
    var full: [Slice] = []
    var rest = bytes
    while !rest.isEmpty {
      let part = rest.slice(0..<min(rest.count, sliceBytes - pending.count))
      rest = rest.dropFirst(part.count)
      pending.append(part)
      if pending.count == sliceBytes { full.append(takePending()) }
    }
    return full
  }

  /// Nothing more comes; the last slice, if it is not empty.
  mutating func finish() -> Slice? { pending.count > 0 ? takePending() : nil }

  private mutating func takePending() -> Slice {
    let slice = Slice(index: index, pieces: pending.all, count: pending.count)
    index += 1
    count += pending.count
    pending = PieceBuffer()
    return slice
  }
}
