// Content that waits to be sent on one stream.

import Primitives

/// A queue of byte slices whose memory is kept for reuse.
struct OutgoingQueue {
  private var slices: [Bytes] = []
  private var head = 0
  /// Bytes in the queue.
  private(set) var count = 0

  /// Appends a slice, which may be empty.
  mutating func append(_ bytes: Bytes) {
    guard !bytes.isEmpty else { return }
    slices.append(bytes)
    count += bytes.count
  }

  /// Moves the first `length` bytes to `output`.
  mutating func move(_ length: Int, to output: inout [UInt8]) {
    precondition(length <= count)
    var rest = length
    while rest > 0 {
      let slice = slices[head]
      if slice.count <= rest {
        output.append(slice)
        rest -= slice.count
        slices[head] = .empty
        head += 1
      } else {
        output.append(slice.slice(0..<rest))
        slices[head] = slice.dropFirst(rest)
        rest = 0
      }
    }
    count -= length
    if head == slices.count {
      slices.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= 64 {
      // A queue that never runs empty must not keep its past.
      slices.removeFirst(head)
      head = 0
    }
  }

  /// Drops everything and keeps a little memory.
  mutating func removeAll() {
    if slices.capacity > 64 {
      slices = []
    } else {
      slices.removeAll(keepingCapacity: true)
    }
    head = 0
    count = 0
  }
}
