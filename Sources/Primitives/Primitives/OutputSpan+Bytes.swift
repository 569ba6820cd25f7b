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

  /// Appends the UTF-8 of `text`, which is a literal and so has a place in the binary; it must fit.
  @_lifetime(self: copy self)
  @inlinable @inline(__always)
  package mutating func append(_ text: StaticString) {
    precondition(text.utf8CodeUnitCount <= freeCapacity)
    // Safe: a literal of the type `StaticString` is a constant in the binary, however short.
    unsafe copy(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Appends `value` in decimal digits, at most 20; they must fit.
  @_lifetime(self: copy self)
  @inlinable
  package mutating func appendDecimal(_ value: UInt64) {
    var length = 1
    var bound: UInt64 = 10
    while value >= bound {
      length &+= 1
      // The largest number has 20 digits, of which 10 to the power of 20 is no bound any more.
      if length == 20 { break }
      bound &*= 10
    }
    precondition(length <= freeCapacity)
    // Safe: the room was just checked. The digits come from the back, with one division each.
    unsafe withUnsafeMutableBufferPointer { target, count in
      var rest = value
      var place = count &+ length
      count = place
      repeat {
        let quotient = rest / 10
        place &-= 1
        unsafe target[place] = UInt8(truncatingIfNeeded: 48 &+ (rest &- quotient &* 10))
        rest = quotient
      } while rest > 0
    }
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
