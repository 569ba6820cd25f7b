// Writing text into memory that has been taken for it: a move of memory for each piece, nothing else.

extension OutputSpan where Element == UInt8 {
  /// Appends a copy of `source` by one move of memory; it must fit.
  @_lifetime(self: copy self)
  @inlinable @inline(__always)
  package mutating func append(_ source: Span<UInt8>) {
    precondition(source.count <= freeCapacity)
    // Safe: the room was just checked, and the span is borrowed for the call.
    unsafe source.withUnsafeBufferPointer { from in unsafe copy(from) }
  }

  /// Appends the UTF-8 of `text`, a constant of more than one scalar; it must fit.
  @_lifetime(self: copy self)
  @inlinable @inline(__always)
  package mutating func append(_ text: StaticString) {
    precondition(text.utf8CodeUnitCount <= freeCapacity)
    // Safe: a static string of more than one scalar is a constant in the binary.
    unsafe copy(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Appends `bytes`, for which there is room.
  @_lifetime(self: copy self)
  @inlinable @inline(__always)
  @unsafe mutating func copy(_ bytes: UnsafeBufferPointer<UInt8>) {
    // Safe: callers have checked the room.
    unsafe withUnsafeMutableBufferPointer { target, count in
      guard let to = target.baseAddress, let start = bytes.baseAddress else { return }
      unsafe (to + count).update(from: start, count: bytes.count)
      count &+= bytes.count
    }
  }
}
