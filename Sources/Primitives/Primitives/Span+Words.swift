// Several bytes of a span at once: numbers in network byte order, and words of eight.

extension Span where Element == UInt8 {
  /// Two bytes at `offset` in network byte order; they must be there.
  @inlinable @inline(__always) package func uint16(at offset: Int) -> UInt16 {
    precondition(offset >= 0 && offset <= count &- 2)
    // Safe: both bytes were just found to be there.
    return unsafe withUnsafeBytes {
      UInt16(bigEndian: unsafe $0.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }
  }

  /// Four bytes at `offset` in network byte order; they must be there.
  @inlinable @inline(__always) package func uint32(at offset: Int) -> UInt32 {
    precondition(offset >= 0 && offset <= count &- 4)
    // Safe: the four bytes were just found to be there.
    return unsafe withUnsafeBytes {
      UInt32(bigEndian: unsafe $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
  }

  /// Eight bytes at `offset` in network byte order; they must be there.
  @inlinable @inline(__always) package func uint64(at offset: Int) -> UInt64 {
    precondition(offset >= 0 && offset <= count &- 8)
    // Safe: the eight bytes were just found to be there.
    return unsafe withUnsafeBytes {
      UInt64(bigEndian: unsafe $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
  }

  /// At most eight bytes at `offset`, the first in the lowest place, zeros behind them; `length` of
  /// them must be there.
  @inlinable @inline(__always) package func littleWord(at offset: Int, length: Int) -> UInt64 {
    precondition(offset >= 0 && length >= 0 && offset <= count &- length)
    let mask = length >= 8 ? .max : (1 &<< UInt64(truncatingIfNeeded: length &* 8)) &- 1 as UInt64
    let last = count &- 8
    if last >= 0 {
      // Near the end, the last eight bytes have it, behind those before it.
      let start = Swift.min(offset, last)
      // Safe: eight bytes from here are within the span.
      let word = unsafe withUnsafeBytes {
        UInt64(littleEndian: unsafe $0.loadUnaligned(fromByteOffset: start, as: UInt64.self))
      }
      let shift = UInt64(truncatingIfNeeded: (offset &- start) &* 8)
      return shift > 63 ? 0 : word &>> shift & mask
    }
    var word: UInt64 = 0
    for index in 0..<length {
      word |= UInt64(self[offset &+ index]) &<< UInt64(truncatingIfNeeded: index &* 8)
    }
    return word
  }
}

extension UInt64 {
  /// These eight bytes with the ASCII capitals among them in lower case.
  @inlinable package var asciiLowercased: UInt64 {
    let low = self & 0x7f7f_7f7f_7f7f_7f7f
    let fromA = low &+ 0x3f3f_3f3f_3f3f_3f3f
    let behindZ = low &+ 0x2525_2525_2525_2525
    return self | (~self & (fromA ^ behindZ) & 0x8080_8080_8080_8080) &>> 2
  }
}
