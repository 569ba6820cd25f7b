// A body as it arrives, for readers at different places.

import Primitives

/// The bytes of a body from `start` to `end`, in pieces found by their offset.
///
/// Small pieces are merged like the digits of a binary counter, so that a sender that drips bytes
/// costs neither memory nor more than a logarithm of copies.
struct PieceBuffer {
  private var pieces: [Bytes] = []
  private var starts: [Int] = []
  /// Offset of the first byte that is kept.
  private(set) var start = 0
  /// Offset after the last byte that has come.
  private(set) var end = 0

  init() {}

  /// Bytes kept.
  var count: Int { end - start }

  /// All pieces, if none was dropped.
  var all: [Bytes] {
    precondition(start == 0)
    return pieces
  }

  mutating func append(_ bytes: Bytes) {
    precondition(!bytes.isEmpty)
    // A slice must not keep alive much more than it holds.
    let isWasteful = bytes.retainedBytes > bytes.count * 2 && bytes.retainedBytes > 4096
    pieces.append(isWasteful ? bytes.withSpan { Bytes(copying: $0) } : bytes)
    starts.append(end)
    end += bytes.count
    mergeTail()
  }

  /// What there is from `position` on, in one piece; nil if it has not come yet.
  func piece(from position: Int) -> Bytes? {
    precondition(position >= start && position <= end)
    guard position < end else { return nil }
    var low = 0
    var high = starts.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if starts[middle] <= position { low = middle } else { high = middle - 1 }
    }
    return position == starts[low] ? pieces[low] : pieces[low].dropFirst(position - starts[low])
  }

  /// Drops the pieces that lie before `position` as a whole.
  mutating func drop(before position: Int) {
    var whole = 0
    while whole < pieces.count, starts[whole] + pieces[whole].count <= position { whole += 1 }
    guard whole > 0 else { return }
    start = whole == pieces.count ? end : starts[whole]
    pieces.removeFirst(whole)
    starts.removeFirst(whole)
  }

  private mutating func mergeTail() {
    while pieces.count >= 2 {
      let last = pieces[pieces.count - 1]
      let previous = pieces[pieces.count - 2]
      guard previous.count < CacheLimits.pieceBytes, last.count * 2 >= previous.count else {
        return
      }
      let storage = ByteStorage(capacity: previous.count + last.count)
      _ = previous.withSpan { storage.append($0) }
      _ = last.withSpan { storage.append($0) }
      pieces.removeLast(2)
      starts.removeLast()
      pieces.append(Bytes(storage, offset: 0, count: storage.count))
    }
  }
}
