// Integers in bytes, the first byte the least significant, as records on disk have them.

extension Span where Element == UInt8 {
  /// The integer at `offset`, whose bytes must be there.
  @inline(__always)
  func integer<Value: FixedWidthInteger & UnsignedInteger>(
    at offset: Int, as: Value.Type
  ) -> Value {
    var value: Value = 0
    for index in 0..<MemoryLayout<Value>.size {
      value |= Value(self[offset + index]) << Value(index * 8)
    }
    return value
  }
}

extension [UInt8] {
  /// Adds the bytes of `integer`.
  @inline(__always)
  mutating func append<Value: FixedWidthInteger & UnsignedInteger>(integer value: Value) {
    for index in 0..<MemoryLayout<Value>.size {
      append(UInt8(truncatingIfNeeded: value >> Value(index * 8)))
    }
  }
}
