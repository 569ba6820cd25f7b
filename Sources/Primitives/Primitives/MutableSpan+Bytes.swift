// Writing into a span of bytes, several at once.

extension MutableSpan where Element == UInt8 {
  /// Writes a copy of `source` at `offset` by one move of memory; it must fit.
  @_lifetime(self: copy self)
  @inlinable package mutating func copy(_ source: Span<UInt8>, at offset: Int) {
    precondition(offset >= 0 && source.count <= count &- offset)
    // Safe: the bounds were just checked, and both spans are borrowed for the call.
    unsafe withUnsafeMutableBufferPointer { target in
      unsafe source.withUnsafeBufferPointer { from in
        guard let to = target.baseAddress, let start = from.baseAddress else { return }
        unsafe (to + offset).update(from: start, count: from.count)
      }
    }
  }

  /// Writes `source` at `offset` with its ASCII capitals in lower case; it must fit.
  @_lifetime(self: copy self)
  @inlinable package mutating func copyLowercased(_ source: Span<UInt8>, at offset: Int) {
    precondition(offset >= 0 && source.count <= count &- offset)
    var index = 0
    while index &+ 8 <= source.count {
      let word = source.littleWord(at: index, length: 8).asciiLowercased
      // Safe: eight bytes from here are within both spans.
      unsafe withUnsafeMutableBytes {
        unsafe $0.storeBytes(
          of: word.littleEndian, toByteOffset: offset &+ index, as: UInt64.self)
      }
      index &+= 8
    }
    if source.count >= 8, index < source.count {
      // The last eight bytes, of which some were written just now.
      let last = source.count &- 8
      let word = source.littleWord(at: last, length: 8).asciiLowercased
      // Safe: as above.
      unsafe withUnsafeMutableBytes {
        unsafe $0.storeBytes(of: word.littleEndian, toByteOffset: offset &+ last, as: UInt64.self)
      }
      return
    }
    while index < source.count {
      self[offset &+ index] = source[index].asciiLowercased
      index &+= 1
    }
  }

  /// Writes two bytes in network byte order at `offset`; they must fit.
  @_lifetime(self: copy self)
  @inlinable @inline(__always)
  package mutating func store(_ value: UInt16, at offset: Int) {
    precondition(offset >= 0 && offset <= count &- 2)
    // Safe: both bytes were just found to fit.
    unsafe withUnsafeMutableBytes {
      unsafe $0.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
    }
  }

  /// Writes four bytes in network byte order at `offset`; they must fit.
  @_lifetime(self: copy self)
  @inlinable @inline(__always)
  package mutating func store(_ value: UInt32, at offset: Int) {
    precondition(offset >= 0 && offset <= count &- 4)
    // Safe: the four bytes were just found to fit.
    unsafe withUnsafeMutableBytes {
      unsafe $0.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self)
    }
  }

  /// Writes eight bytes in network byte order at `offset`; they must fit.
  @_lifetime(self: copy self)
  @inlinable @inline(__always)
  package mutating func store(_ value: UInt64, at offset: Int) {
    precondition(offset >= 0 && offset <= count &- 8)
    // Safe: the eight bytes were just found to fit.
    unsafe withUnsafeMutableBytes {
      unsafe $0.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt64.self)
    }
  }
}
