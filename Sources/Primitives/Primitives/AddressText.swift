// An IP address as text, without memory of its own.

/// An address in ASCII: dotted decimals, or what RFC 5952 makes of IPv6.
package struct AddressText: Sendable {
  // The longest has eight groups of four digits and seven colons.
  private var bytes = InlineArray<39, UInt8>(repeating: 0)
  private var count = 0

  /// The text of the IPv4 address whose first byte is the highest of `word`.
  package init(ipv4 word: UInt32) { writeDecimals(word) }

  /// The text of the IPv6 address of two words, the first bytes the highest; one that stands for an IPv4
  /// address ends with that in dots (RFC 5952 section 5).
  package init(ipv6 high: UInt64, _ low: UInt64) {
    if high == 0 && low >> 32 == 0xffff {
      write("::ffff:")
      writeDecimals(UInt32(truncatingIfNeeded: low))
    } else {
      writeGroups(high, low)
    }
  }

  /// A constant that stands in for an address, of more than one scalar and at most 39 bytes.
  package init(_ text: StaticString) { write(text) }

  /// The text, for as long as this lives.
  package var span: Span<UInt8> {
    @_lifetime(borrow self) borrowing get { bytes.span.extracting(0..<count) }
  }

  private mutating func write(_ byte: UInt8) {
    bytes[count] = byte
    count &+= 1
  }

  private mutating func write(_ text: StaticString) {
    // Safe: a static string of more than one scalar is a constant in the binary.
    text.withUTF8Buffer { constant in
      for index in 0..<text.utf8CodeUnitCount { write(unsafe constant[index]) }
    }
  }

  private mutating func writeDecimals(_ word: UInt32) {
    var shift: UInt32 = 24
    while true {
      writeDecimal(UInt8(truncatingIfNeeded: word >> shift))
      if shift == 0 { return }
      write(0x2e)
      shift -= 8
    }
  }

  private mutating func writeDecimal(_ byte: UInt8) {
    if byte >= 100 { write(48 &+ byte / 100) }
    if byte >= 10 { write(48 &+ byte / 10 % 10) }
    write(48 &+ byte % 10)
  }

  /// RFC 5952 section 4: the first of the longest runs of two zero groups or more is `::`.
  private mutating func writeGroups(_ high: UInt64, _ low: UInt64) {
    let zeros = Self.longestZeros(high, low)
    var index = 0
    while index < 8 {
      if index == zeros.lowerBound && !zeros.isEmpty {
        write(0x3a)
        write(0x3a)
        index = zeros.upperBound
        continue
      }
      if index > 0 && index != zeros.upperBound { write(0x3a) }
      writeHexadecimal(Self.group(index, high, low))
      index += 1
    }
  }

  private mutating func writeHexadecimal(_ group: UInt16) {
    var shift: UInt16 = 12
    while shift > 0 && group >> shift == 0 { shift -= 4 }
    while true {
      let digit = UInt8(truncatingIfNeeded: group >> shift & 15)
      write(digit < 10 ? 48 &+ digit : 87 &+ digit)
      if shift == 0 { return }
      shift -= 4
    }
  }

  private static func group(_ index: Int, _ high: UInt64, _ low: UInt64) -> UInt16 {
    let word = index < 4 ? high : low
    return UInt16(truncatingIfNeeded: word >> UInt64(48 - 16 * (index & 3)))
  }

  private static func longestZeros(_ high: UInt64, _ low: UInt64) -> Range<Int> {
    var best = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8 && group(end, high, low) == 0 { end += 1 }
      if end - start > max(1, best.count) { best = start..<end }
      start = max(end, start + 1)
    }
    return best
  }
}
