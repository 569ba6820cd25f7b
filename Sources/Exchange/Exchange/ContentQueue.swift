// Content that has come and waits for its reader.

package import Primitives

/// Received content, oldest first, until its reader takes it: of requests and responses, whatever
/// the version.
///
/// Small pieces are gathered. A block is as large as what it is made for or, if that is more, as all
/// that waits then: so a sender of single bytes makes a logarithm of blocks, which take no more than
/// twice what waits, and content that its reader takes as it comes has blocks of its own size.
package struct ContentQueue {
  private var blocks: [ByteStorage] = []
  /// Bytes that wait.
  package private(set) var count = 0

  package init() {}

  package var isEmpty: Bool { count == 0 }

  /// Memory that the bytes take, in bytes.
  package var retainedBytes: Int { blocks.reduce(0) { $0 + $1.capacity } }

  /// Adds a copy of `bytes`.
  package mutating func append(_ bytes: Span<UInt8>) {
    guard bytes.count > 0 else { return }
    let used = blocks.last?.append(bytes) ?? 0
    count += used
    guard used < bytes.count else { return }
    let rest = bytes.extracting(used...)
    let block = ByteStorage(
      capacity: max(rest.count, min(count, ExchangeLimits.contentBlockBytes)))
    _ = block.append(rest)
    blocks.append(block)
    count += rest.count
  }

  /// Takes the first block; nil if nothing waits.
  package mutating func takeFirst() -> Bytes? {
    guard !blocks.isEmpty else { return nil }
    let block = blocks.removeFirst()
    count -= block.count
    return Bytes(block, offset: 0, count: block.count)
  }

  /// Takes all that waits.
  package mutating func takeAll() -> [Bytes] {
    defer { removeAll() }
    return blocks.map { Bytes($0, offset: 0, count: $0.count) }
  }

  /// Drops all that waits.
  package mutating func removeAll() {
    blocks.removeAll()
    count = 0
  }
}
