// Numbers in bytes, read with one load.

extension Span where Element == UInt8 {
  /// Four bytes at `offset`, the lowest first; they must be there.
  @inlinable package func littleEndian32(at offset: Int) -> UInt32 {
    precondition(offset >= 0 && offset &+ 4 <= count)
    // Safe: within the span, as was just checked.
    return unsafe withUnsafeBytes { bytes in
      UInt32(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
  }

  /// Two bytes at `offset`, the lowest first; they must be there.
  @inlinable package func littleEndian16(at offset: Int) -> UInt16 {
    precondition(offset >= 0 && offset &+ 2 <= count)
    // Safe: within the span, as was just checked.
    return unsafe withUnsafeBytes { bytes in
      UInt16(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }
  }
}
