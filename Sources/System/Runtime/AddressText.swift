// An IP address as text, without memory of its own.

import Primitives

/// An address without its port, in ASCII: dotted decimals, or what RFC 5952 makes of IPv6.
package struct AddressText: Sendable {
  // The longest has eight groups of four digits and seven colons.
  private var bytes = InlineArray<39, UInt8>(repeating: 0)
  private var count = 0

  init(_ address: SocketAddress) {
    switch address.family {
    case .local: for byte in [0x6c, 0x6f, 0x63, 0x61, 0x6c] as [UInt8] { write(byte) }
    case .ipv4:
      for index in 0..<4 {
        if index > 0 { write(0x2e) }
        writeDecimal(UInt8(truncatingIfNeeded: address.low >> UInt64(24 - 8 * index)))
      }
    case .ipv6: writeGroups(address)
    }
  }

  /// The text, for as long as this lives.
  package var span: Span<UInt8> {
    @_lifetime(borrow self) borrowing get { bytes.span.extracting(0..<count) }
  }

  private mutating func write(_ byte: UInt8) {
    bytes[count] = byte
    count &+= 1
  }

  private mutating func writeDecimal(_ byte: UInt8) {
    if byte >= 100 { write(48 &+ byte / 100) }
    if byte >= 10 { write(48 &+ byte / 10 % 10) }
    write(48 &+ byte % 10)
  }

  /// RFC 5952 section 4: the first of the longest runs of two zero groups or more is `::`.
  private mutating func writeGroups(_ address: SocketAddress) {
    let zeros = Self.longestZeros(address)
    var index = 0
    while index < 8 {
      if index == zeros.lowerBound && !zeros.isEmpty {
        write(0x3a)
        write(0x3a)
        index = zeros.upperBound
        continue
      }
      if index > 0 && index != zeros.upperBound { write(0x3a) }
      writeHexadecimal(Self.group(index, of: address))
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

  private static func group(_ index: Int, of address: SocketAddress) -> UInt16 {
    let word = index < 4 ? address.high : address.low
    return UInt16(truncatingIfNeeded: word >> UInt64(48 - 16 * (index & 3)))
  }

  private static func longestZeros(_ address: SocketAddress) -> Range<Int> {
    var best = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8 && group(end, of: address) == 0 { end += 1 }
      if end - start > max(1, best.count) { best = start..<end }
      start = max(end, start + 1)
    }
    return best
  }
}
