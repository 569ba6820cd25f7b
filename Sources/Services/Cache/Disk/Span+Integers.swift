// Integers in bytes, the first byte the least significant, as records on disk have them.

extension Span where Element == UInt8 {
  /// The integer at `offset`, whose bytes must be there.
  @inline(__always)
  func integer(at offset: Int, as: UInt64.Type) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<8 { value |= UInt64(self[offset + index]) << UInt64(index * 8) }
    return value
  }

  /// The integer at `offset`, whose bytes must be there.
  @inline(__always)
  func integer(at offset: Int, as: UInt32.Type) -> UInt32 {
    var value: UInt32 = 0
    for index in 0..<4 { value |= UInt32(self[offset + index]) << UInt32(index * 8) }
    return value
  }
}

extension [UInt8] {
  /// Adds the bytes of `value`.
  @inline(__always)
  mutating func append(integer value: UInt64) {
    for index in 0..<8 { append(UInt8(truncatingIfNeeded: value >> UInt64(index * 8))) }
  }

  /// Adds the bytes of `value`.
  @inline(__always)
  mutating func append(integer value: UInt32) {
    for index in 0..<4 { append(UInt8(truncatingIfNeeded: value >> UInt32(index * 8))) }
  }
}
