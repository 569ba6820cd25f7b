// Memory for one short copy after the other.

/// Copies bytes into the block of the last copy if nobody has that any more: a body that is passed on at
/// once then takes no allocation. For one thread.
package struct SpareBlock {
  /// A longer copy gets a block of its own, so that none is kept for nothing.
  private static let mostBytes = 16_384

  private var block = ByteStorage(capacity: 0)

  package init() {}

  /// A copy of `source`, in a block that is less than twice as long.
  package mutating func copy(_ source: Span<UInt8>) -> Bytes {
    guard source.count <= Self.mostBytes else { return Bytes(copying: source) }
    if source.count <= block.capacity, source.count > block.capacity / 2,
      isKnownUniquelyReferenced(&block)
    {
      block.filled = 0
    } else {
      block = ByteStorage(capacity: source.count)
    }
    _ = block.append(source)
    return Bytes(block, offset: 0, count: source.count)
  }
}
