// Appending to growable byte buffers without loops per byte.

extension Array where Element == UInt8 {
  /// Appends a copy of `source` by one move of memory.
  @inlinable package mutating func append(_ source: Span<UInt8>) {
    // Safe: the span is borrowed for the call, and the array copies from it.
    unsafe source.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }

  /// Appends the UTF-8 of `text`, a constant of more than one scalar.
  @inlinable package mutating func append(_ text: StaticString) {
    // Safe: a static string of more than one scalar is a constant in the binary.
    text.withUTF8Buffer { unsafe append(contentsOf: $0) }
  }

  /// Appends a copy of `bytes` by one move of memory.
  @inlinable package mutating func append(_ bytes: Bytes) {
    unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
  }

  /// Appends `value` in decimal digits.
  @inlinable package mutating func appendDecimal(_ value: UInt64) {
    append(addingCapacity: 20) { $0.appendDecimal(value) }
  }

  /// Appends `value` in lower-case hexadecimal digits without leading zeros.
  @inlinable package mutating func appendHexadecimal(_ value: UInt64) {
    var shift = value == 0 ? 0 : (63 - value.leadingZeroBitCount) / 4 * 4
    while shift >= 0 {
      let digit = UInt8(truncatingIfNeeded: (value >> UInt64(shift)) & 15)
      append(digit < 10 ? 48 + digit : 87 + digit)
      shift -= 4
    }
  }
}

extension Span where Element == UInt8 {
  /// Whether the bytes are those of `text`.
  @inlinable package func equals(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    // Safe: a static string is a constant in the binary, and its length was just compared.
    return text.withUTF8Buffer { other in
      for index in 0..<count where unsafe self[index] != other[index] { return false }
      return true
    }
  }

  /// Whether the bytes are those of `text`, which is given in lower case, in any ASCII case.
  @inlinable package func equalsIgnoringCase(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    // Safe: as above.
    return text.withUTF8Buffer { other in
      for index in 0..<count where unsafe self[index].asciiLowercased != other[index] {
        return false
      }
      return true
    }
  }

  /// Whether the bytes are those of `text` but for ASCII case, in which either may be.
  @inlinable package func matches(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    // Safe: as above.
    return text.withUTF8Buffer { other in
      for index in 0..<count
      where unsafe self[index].asciiLowercased != other[index].asciiLowercased { return false }
      return true
    }
  }

  /// Whether both have the same bytes. Takes a time that depends on them: not for secrets.
  @inlinable package func equals(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for index in 0..<count where self[index] != other[index] { return false }
    return true
  }

  /// Whether the bytes and `text` are equal as far as both go: a start of it, or more than it.
  @inlinable package func beginsLike(_ text: StaticString) -> Bool {
    // Safe: a static string is a constant in the binary, and only what both have is looked at.
    text.withUTF8Buffer { other in
      for index in 0..<Swift.min(count, other.count) where unsafe self[index] != other[index] {
        return false
      }
      return true
    }
  }
}

extension UInt8 {
  /// This byte, in lower case if it is an upper-case ASCII letter.
  @inlinable package var asciiLowercased: UInt8 {
    self &- 65 < 26 ? self | 0x20 : self
  }

  @inlinable package var isASCIIDigit: Bool { self &- 48 < 10 }
}

extension Array where Element == UInt8 {
  /// Lends the bytes to `body`. For arrays in properties of classes, whose spans can't leave the
  /// access that gives them.
  @inlinable package func withSpan<Result, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> Result
  ) throws(E) -> Result {
    try body(span)
  }
}
