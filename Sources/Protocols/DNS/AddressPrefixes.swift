// Lists of address prefixes (APL, RFC 3123).

import Primitives

/// Checks, reads and writes the items of APL records: a family, a prefix's length, whether it is
/// excluded, and the address without the zero bytes at its end. Families are IPv4 and IPv6.
enum AddressPrefixes {
  static func isValid(_ bytes: Span<UInt8>) -> Bool {
    var index = 0
    while index < bytes.count {
      guard index + 4 <= bytes.count, let size = size(ofFamily: bytes.uint16(at: index)) else {
        return false
      }
      let length = Int(bytes[index + 3] & 0x7f)
      let end = index + 4 + length
      guard Int(bytes[index + 2]) <= size * 8, length <= size, end <= bytes.count,
        length == 0 || bytes[end - 1] != 0
      else { return false }
      index = end
    }
    return true
  }

  /// Bytes of an address.
  private static func size(ofFamily family: UInt16) -> Int? {
    family == 1 ? 4 : family == 2 ? 16 : nil
  }

  /// Appends valid items in presentation form, each behind a space.
  static func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
    var index = 0
    while index < bytes.count {
      let (family, end) = (bytes.uint16(at: index), index + 4 + Int(bytes[index + 3] & 0x7f))
      output.append(0x20)
      if bytes[index + 3] & 0x80 != 0 { output.append(0x21) }
      output.appendDecimal(UInt64(family))
      output.append(0x3a)
      var address: [UInt8] = []
      address.append(bytes.extracting((index + 4)..<end))
      address += repeatElement(0, count: (size(ofFamily: family) ?? 0) - address.count)
      if family == 1 { output.appendIPv4(address.span) } else { output.appendIPv6(address.span) }
      output.append(0x2f)
      output.appendDecimal(UInt64(bytes[index + 2]))
      index = end
    }
  }

  /// Appends the item that a word stands for; false if it is none.
  static func parse(_ word: Span<UInt8>, to output: inout [UInt8]) -> Bool {
    let start = word.count > 0 && word[0] == 0x21 ? 1 : 0
    var (colon, slash) = (start, 0)
    while colon < word.count, word[colon] != 0x3a { colon += 1 }
    for index in 0..<word.count where word[index] == 0x2f { slash = index }
    guard colon < slash,
      let family = word.extracting(start..<colon).decimal(below: 3),
      let size = size(ofFamily: UInt16(family)),
      let prefix = word.extracting((slash + 1)..<word.count).decimal(below: UInt64(size * 8 + 1))
    else { return false }
    var address: [UInt8] = []
    let text = word.extracting((colon + 1)..<slash)
    guard family == 1 ? text.decodeIPv4(to: &address) : text.decodeIPv6(to: &address) else {
      return false
    }
    while address.last == 0 { address.removeLast() }
    output.appendUInt16(UInt16(family))
    output.append(UInt8(prefix))
    output.append(UInt8(address.count) | (start == 1 ? 0x80 : 0))
    output += address
    return true
  }
}
