// Parsing bare items of structured fields.

import Primitives

extension StructuredFieldParser {
  /// RFC 9651 section 4.2.3.1.
  mutating func bareItem() throws(HTTPParseError) -> StructuredValue {
    switch next {
    case 0x22: return .string(try string())
    case 0x3a: return .byteSequence(try byteSequence())
    case 0x3f: return .boolean(try boolean())
    case 0x40: return .date(try date())
    case 0x25: return .displayString(try displayString())
    case .some(let byte) where byte == 0x2d || byte.isASCIIDigit: return try number()
    case .some(let byte) where byte == 0x2a || byte &- 0x41 < 26 || byte &- 0x61 < 26:
      return .token(run(of: .structuredToken))
    default: throw .invalidFieldValue
    }
  }

  /// Section 4.2.4: 15 digits, or 12 and 3 behind a point.
  private mutating func number() throws(HTTPParseError) -> StructuredValue {
    let sign: Int64 = take(0x2d) ? -1 : 1
    guard let first = next, first.isASCIIDigit else { throw .invalidFieldValue }
    var value: Int64 = 0
    var digits = 0
    while let byte = next, byte.isASCIIDigit {
      digits += 1
      if digits > 15 { throw .invalidFieldValue }
      value = value * 10 + Int64(byte - 0x30)
      _ = take(byte)
    }
    guard take(0x2e) else { return .integer(sign * value) }
    if digits > 12 { throw .invalidFieldValue }
    var fraction = 0
    while let byte = next, byte.isASCIIDigit {
      fraction += 1
      if fraction > 3 { throw .invalidFieldValue }
      value = value * 10 + Int64(byte - 0x30)
      _ = take(byte)
    }
    if fraction == 0 { throw .invalidFieldValue }
    for _ in fraction..<3 { value *= 10 }
    return .decimal(thousandths: sign * value)
  }

  /// Section 4.2.5.
  private mutating func string() throws(HTTPParseError) -> [UInt8] {
    _ = take(0x22)
    var content: [UInt8] = []
    while true {
      let byte = try advance()
      switch byte {
      case 0x22: return content
      case 0x5c:
        let escaped = try advance()
        guard escaped == 0x22 || escaped == 0x5c else { throw .invalidFieldValue }
        content.append(escaped)
      case 0x20...0x7e: content.append(byte)
      default: throw .invalidFieldValue
      }
    }
  }

  /// Section 4.2.7: base64, padding optional, bits beyond the last byte ignored.
  private mutating func byteSequence() throws(HTTPParseError) -> [UInt8] {
    _ = take(0x3a)
    var content: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    var padding = 0
    while true {
      let byte = try advance()
      if byte == 0x3a { break }
      if byte == 0x3d {
        padding += 1
        continue
      }
      guard padding == 0, let value = Self.base64Value(byte) else { throw .invalidFieldValue }
      bits = bits << 6 | UInt32(value)
      count += 1
      if count % 4 != 1 {
        content.append(UInt8(truncatingIfNeeded: bits >> UInt32((4 - count % 4) % 4 * 2)))
      }
    }
    let isPadded = (count + padding) % 4 == 0 && padding <= 2
    guard count % 4 != 1, padding == 0 || isPadded else { throw .invalidFieldValue }
    return content
  }

  private static func base64Value(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x41...0x5a: byte - 0x41
    case 0x61...0x7a: byte - 0x61 + 26
    case 0x30...0x39: byte - 0x30 + 52
    case 0x2b: 62
    case 0x2f: 63
    default: nil
    }
  }

  /// Section 4.2.8.
  private mutating func boolean() throws(HTTPParseError) -> Bool {
    _ = take(0x3f)
    if take(0x31) { return true }
    if take(0x30) { return false }
    throw .invalidFieldValue
  }

  /// Section 4.2.9.
  private mutating func date() throws(HTTPParseError) -> Int64 {
    _ = take(0x40)
    guard case .integer(let seconds) = try number() else { throw .invalidFieldValue }
    return seconds
  }

  /// Section 4.2.10: percent-encoded UTF-8 with lower-case digits.
  private mutating func displayString() throws(HTTPParseError) -> [UInt8] {
    _ = take(0x25)
    guard take(0x22) else { throw .invalidFieldValue }
    var content: [UInt8] = []
    while true {
      let byte = try advance()
      switch byte {
      case 0x22:
        guard String(validating: content, as: UTF8.self) != nil else { throw .invalidFieldValue }
        return content
      case 0x25:
        let high = try lowercaseDigit()
        content.append(high << 4 | (try lowercaseDigit()))
      case 0x20...0x7e: content.append(byte)
      default: throw .invalidFieldValue
      }
    }
  }

  private mutating func lowercaseDigit() throws(HTTPParseError) -> UInt8 {
    let byte = try advance()
    guard let value = byte.hexadecimalValue, byte.asciiLowercased == byte else {
      throw .invalidFieldValue
    }
    return value
  }
}
