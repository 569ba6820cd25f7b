// Bytes as text: hexadecimal, base64, base32hex, addresses.

import Primitives

extension Array where Element == UInt8 {
  /// Appends upper-case hexadecimal digits, two for each byte.
  mutating func appendHexadecimalPairs(_ bytes: Span<UInt8>) {
    for index in 0..<bytes.count {
      append(Self.hexadecimalDigit(bytes[index] >> 4))
      append(Self.hexadecimalDigit(bytes[index] & 15))
    }
  }

  /// Appends two hexadecimal digits for each byte with hyphens between them.
  mutating func appendHyphenated(_ bytes: Span<UInt8>) {
    for index in 0..<bytes.count {
      if index > 0 { append(0x2d) }
      appendHexadecimalPairs(bytes.extracting(index..<(index + 1)))
    }
  }

  private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? 48 + value : 55 + value
  }

  /// Appends base64 with padding (RFC 4648 section 4).
  package mutating func appendBase64(_ bytes: Span<UInt8>) {
    var index = 0
    while index < bytes.count {
      let length = Swift.min(3, bytes.count - index)
      var group: UInt32 = 0
      for place in 0..<3 {
        group = group << 8 | (place < length ? UInt32(bytes[index + place]) : 0)
      }
      for place in 0..<4 {
        let value = UInt8(truncatingIfNeeded: group >> UInt32(18 - 6 * place) & 63)
        append(place <= length ? Self.base64Digit(value) : 0x3d)
      }
      index += 3
    }
  }

  private static func base64Digit(_ value: UInt8) -> UInt8 {
    switch value {
    case 0..<26: 65 + value
    case 26..<52: 71 + value
    case 52..<62: value - 4
    case 62: 0x2b
    default: 0x2f
    }
  }

  /// Appends base32 with the extended hexadecimal alphabet, without padding (RFC 4648 section 7, RFC
  /// 5155 section 3.3).
  mutating func appendBase32Hex(_ bytes: Span<UInt8>) {
    var (buffer, bits): (UInt32, UInt32) = (0, 0)
    for index in 0..<bytes.count {
      buffer = buffer << 8 | UInt32(bytes[index])
      bits += 8
      while bits >= 5 {
        bits -= 5
        appendBase32Digit(buffer >> bits & 31)
      }
    }
    if bits > 0 { appendBase32Digit(buffer << (5 - bits) & 31) }
  }

  private mutating func appendBase32Digit(_ value: UInt32) {
    let digit = UInt8(truncatingIfNeeded: value)
    append(digit < 10 ? 48 + digit : 55 + digit)
  }

  /// Appends an address of four bytes.
  mutating func appendIPv4(_ bytes: Span<UInt8>) {
    append(AddressText(ipv4: bytes.uint32(at: 0)).span)
  }

  /// Appends an address of sixteen bytes in the form of RFC 5952.
  mutating func appendIPv6(_ bytes: Span<UInt8>) {
    append(AddressText(ipv6: bytes.uint64(at: 0), bytes.uint64(at: 8)).span)
  }

  /// Appends a character-string's bytes in quotes.
  mutating func appendQuoted(_ bytes: Span<UInt8>) {
    append(0x22)
    for index in 0..<bytes.count {
      switch bytes[index] {
      case 0x22, 0x5c:
        append(0x5c)
        append(bytes[index])
      case 0x20...0x7e: append(bytes[index])
      default: appendDecimalEscape(bytes[index])
      }
    }
    append(0x22)
  }
}
