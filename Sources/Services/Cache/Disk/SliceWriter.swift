// A large body cut into slices as it passes.

import Primitives

/// Collects what comes into slices, without copying.
struct SliceWriter {
  private let id: UInt64
  private let sliceBytes: Int
  private var pending: [Bytes] = []
  private var pendingBytes = 0
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
  }

  /// Takes the next bytes; every slice that is full by them.
  mutating func append(_ bytes: Bytes) -> [Slice] {
    var full: [Slice] = []
    var rest = bytes
    while !rest.isEmpty {
      let part = rest.slice(0..<min(rest.count, sliceBytes - pendingBytes))
      rest = rest.dropFirst(part.count)
      pending.append(part)
      pendingBytes += part.count
      if pendingBytes == sliceBytes { full.append(takePending()) }
    }
    return full
  }

  /// Nothing more comes; the last slice, if it is not empty.
  mutating func finish() -> Slice? { pendingBytes > 0 ? takePending() : nil }

  private mutating func takePending() -> Slice {
    let slice = Slice(index: index, pieces: pending)
    index += 1
    count += pendingBytes
    pending = []
    pendingBytes = 0
    return slice
  }
}
