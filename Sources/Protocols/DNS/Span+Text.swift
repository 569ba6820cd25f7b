// Text as bytes: hexadecimal, base64, base32hex, addresses, durations.

import Primitives

extension Span where Element == UInt8 {
  /// Appends the bytes of hexadecimal digits; false if there is anything else or an odd number.
  func decodeHexadecimal(to output: inout [UInt8]) -> Bool {
    guard count % 2 == 0 else { return false }
    for index in stride(from: 0, to: count, by: 2) {
      guard let high = self[index].hexadecimalValue, let low = self[index + 1].hexadecimalValue
      else { return false }
      output.append(high << 4 | low)
    }
    return true
  }

  /// Appends the bytes of pairs of hexadecimal digits with hyphens between them, `length` of them; false
  /// if there is anything else.
  func decodeHyphenated(_ length: Int, to output: inout [UInt8]) -> Bool {
    guard count == length * 3 - 1 else { return false }
    for index in stride(from: 0, to: count, by: 3) {
      guard extracting(index..<(index + 2)).decodeHexadecimal(to: &output),
        index + 2 == count || self[index + 2] == 0x2d
      else { return false }
    }
    return true
  }

  /// Appends the bytes of base64 (RFC 4648 section 4) with its padding; false if it is anything else.
  /// There is one form of every value (RFC 4648 section 3.5).
  package func decodeBase64(to output: inout [UInt8]) -> Bool {
    guard count % 4 == 0 else { return false }
    for start in stride(from: 0, to: count, by: 4) {
      let isLast = start + 4 == count
      let padding = !isLast || self[start + 3] != 0x3d ? 0 : self[start + 2] == 0x3d ? 2 : 1
      var group: UInt32 = 0
      for place in 0..<(4 - padding) {
        guard let value = self[start + place].base64Value else { return false }
        group = group << 6 | UInt32(value)
      }
      // The bits that padding leaves over are zero.
      if padding > 0, group & (padding == 1 ? 3 : 15) != 0 { return false }
      group <<= UInt32(6 * padding)
      for place in 0..<(3 - padding) {
        output.append(UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * place)))
      }
    }
    return true
  }

  /// Appends the bytes of base32hex without padding; false if it is anything else.
  func decodeBase32Hex(to output: inout [UInt8]) -> Bool {
    var (buffer, bits): (UInt32, UInt32) = (0, 0)
    for index in 0..<count {
      let letter = self[index].asciiLowercased
      let value: UInt8
      switch letter {
      case 48...57: value = letter - 48
      case 97...118: value = letter - 87
      default: return false
      }
      buffer = buffer << 5 | UInt32(value)
      bits += 5
      if bits >= 8 {
        bits -= 8
        output.append(UInt8(truncatingIfNeeded: buffer >> bits))
      }
    }
    // What is left is less than a digit's bits, and zero.
    return bits < 5 && buffer & ((1 << bits) - 1) == 0
  }

  /// Appends the four bytes of a dotted address; false if it is anything else.
  func decodeIPv4(to output: inout [UInt8]) -> Bool {
    var (start, parts) = (0, 0)
    for index in 0...count where index == count || self[index] == 0x2e {
      // A leading zero would be octal to some.
      guard let value = extracting(start..<index).decimal(below: 256), parts < 4,
        index - start == 1 || self[start] != 48
      else { return false }
      output.append(UInt8(value))
      parts += 1
      start = index + 1
    }
    return parts == 4
  }

  /// Appends the sixteen bytes of an IPv6 address (RFC 4291 section 2.2); false if it is anything else.
  func decodeIPv6(to output: inout [UInt8]) -> Bool {
    let begin = output.count
    var gap: Int?
    var index = 0
    if count >= 2, self[0] == 0x3a {
      guard self[1] == 0x3a else { return false }
      gap = 0
      index = 2
    }
    while index < count {
      guard output.count - begin < 16, let end = decodeGroup(at: index, to: &output) else {
        return false
      }
      index = end
      if index == count { break }
      guard self[index] == 0x3a else { return false }
      index += 1
      if index < count, self[index] == 0x3a {
        guard gap == nil else { return false }
        gap = output.count - begin
        index += 1
      } else if index == count {
        return false
      }
    }
    let length = output.count - begin
    guard let gap else { return length == 16 }
    guard length < 16 else { return false }
    output.insert(contentsOf: repeatElement(0, count: 16 - length), at: begin + gap)
    return true
  }

  /// One group of up to four digits, or the dotted address that may end it all.
  private func decodeGroup(at start: Int, to output: inout [UInt8]) -> Int? {
    var (value, index): (UInt32, Int) = (0, start)
    while index < count, let digit = self[index].hexadecimalValue {
      value = value << 4 | UInt32(digit)
      index += 1
      guard index - start <= 4 else { break }
    }
    if index < count, self[index] == 0x2e {
      return extracting(start..<count).decodeIPv4(to: &output) ? count : nil
    }
    guard index > start, index - start <= 4 else { return nil }
    output.appendUInt16(UInt16(truncatingIfNeeded: value))
    return index
  }

  /// Seconds of a TTL: digits, or digits with the units w, d, h, m, s, which are added in whatever
  /// order they come, as BIND does. At most 2^31 - 1 (RFC 2181 section 8); nil otherwise.
  package var timeToLive: UInt32? { duration(atMost: 0x7fff_ffff) }

  /// Seconds of digits with or without units, at most `bound`; nil otherwise.
  func duration(atMost bound: UInt64) -> UInt32? {
    if let seconds = decimal(below: bound + 1) { return UInt32(seconds) }
    var (sum, value, digits): (UInt64, UInt64, Int) = (0, 0, 0)
    for index in 0..<count {
      if self[index].isASCIIDigit {
        value = value * 10 + UInt64(self[index] - 48)
        digits += 1
        guard digits <= 10 else { return nil }
        continue
      }
      guard digits > 0, let unit = self[index].secondsOfUnit else { return nil }
      sum += value * unit
      guard sum <= bound else { return nil }
      (value, digits) = (0, 0)
    }
    return digits == 0 && count > 0 ? UInt32(sum) : nil
  }
}

extension UInt8 {
  var hexadecimalValue: UInt8? {
    switch self {
    case 48...57: self - 48
    case 65...70: self - 55
    case 97...102: self - 87
    default: nil
    }
  }

  fileprivate var base64Value: UInt8? {
    switch self {
    case 65...90: self - 65
    case 97...122: self - 71
    case 48...57: self + 4
    case 0x2b: 62
    case 0x2f: 63
    default: nil
    }
  }

  fileprivate var secondsOfUnit: UInt64? {
    switch asciiLowercased {
    case 0x77: 604_800
    case 0x64: 86_400
    case 0x68: 3_600
    case 0x6d: 60
    case 0x73: 1
    default: nil
    }
  }
}
