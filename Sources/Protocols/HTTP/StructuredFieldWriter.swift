// Writing structured fields, exactly as RFC 9651 section 4.1 tells.

import Primitives

/// The serialising algorithms. What can't be written (a key or token of wrong characters, a number
/// out of range) throws, and `output` is left as it was.
package enum StructuredFieldWriter {
  /// Section 4.1.3.
  package static func append(
    _ item: StructuredItem, to output: inout [UInt8]
  ) throws(HTTPParseError) {
    var text: [UInt8] = []
    try write(item, &text)
    output.append(text.span)
  }

  /// Section 4.1.1; an empty list writes nothing, and no field should be sent.
  package static func append(
    _ list: StructuredList, to output: inout [UInt8]
  ) throws(HTTPParseError) {
    var text: [UInt8] = []
    for (index, member) in list.members.enumerated() {
      if index > 0 { text.append(", ") }
      try write(member, &text)
    }
    output.append(text.span)
  }

  /// Section 4.1.2.
  package static func append(
    _ dictionary: StructuredDictionary, to output: inout [UInt8]
  ) throws(HTTPParseError) {
    var text: [UInt8] = []
    for (index, member) in dictionary.members.enumerated() {
      if index > 0 { text.append(", ") }
      try writeKey(member.key, &text)
      if case .item(let item) = member.value, item.value == .boolean(true) {
        try write(item.parameters, &text)
      } else {
        text.append(0x3d)
        try write(member.value, &text)
      }
    }
    output.append(text.span)
  }

  // MARK: - Parts

  private static func write(
    _ member: StructuredMember, _ text: inout [UInt8]
  ) throws(HTTPParseError) {
    switch member {
    case .item(let item): try write(item, &text)
    case .innerList(let items, let parameters):
      text.append(0x28)
      for (index, item) in items.enumerated() {
        if index > 0 { text.append(0x20) }
        try write(item, &text)
      }
      text.append(0x29)
      try write(parameters, &text)
    }
  }

  private static func write(
    _ item: StructuredItem, _ text: inout [UInt8]
  ) throws(HTTPParseError) {
    try write(item.value, &text)
    try write(item.parameters, &text)
  }

  private static func write(
    _ parameters: [StructuredParameter], _ text: inout [UInt8]
  ) throws(HTTPParseError) {
    for parameter in parameters {
      text.append(0x3b)
      try writeKey(parameter.key, &text)
      if parameter.value == .boolean(true) { continue }
      text.append(0x3d)
      try write(parameter.value, &text)
    }
  }

  private static func writeKey(
    _ key: [UInt8], _ text: inout [UInt8]
  ) throws(HTTPParseError) {
    guard let first = key.first, first == 0x2a || first >= 0x61 && first <= 0x7a,
      ASCIISet.structuredKey.containsAll(key.span)
    else { throw .invalidFieldValue }
    text.append(key.span)
  }

  private static func write(
    _ value: StructuredValue, _ text: inout [UInt8]
  ) throws(HTTPParseError) {
    switch value {
    case .integer(let integer): try writeInteger(integer, &text)
    case .decimal(let thousandths): try writeDecimal(thousandths, &text)
    case .string(let content): try writeString(content, &text)
    case .token(let token):
      guard let first = token.first, first == 0x2a || first.asciiLowercased &- 0x61 < 26,
        ASCIISet.structuredToken.containsAll(token.span)
      else { throw .invalidFieldValue }
      text.append(token.span)
    case .byteSequence(let content): writeBase64(content, &text)
    case .boolean(let flag): text.append(flag ? "?1" : "?0")
    case .date(let seconds):
      text.append(0x40)
      try writeInteger(seconds, &text)
    case .displayString(let content): try writeDisplayString(content, &text)
    }
  }

  /// Section 4.1.4.
  private static func writeInteger(
    _ integer: Int64, _ text: inout [UInt8]
  ) throws(HTTPParseError) {
    guard integer.magnitude <= 999_999_999_999_999 else { throw .invalidFieldValue }
    if integer < 0 { text.append(0x2d) }
    text.appendDecimal(integer.magnitude)
  }

  /// Section 4.1.5.
  private static func writeDecimal(
    _ thousandths: Int64, _ text: inout [UInt8]
  ) throws(HTTPParseError) {
    guard thousandths.magnitude <= 999_999_999_999_999 else { throw .invalidFieldValue }
    if thousandths < 0 { text.append(0x2d) }
    text.appendDecimal(thousandths.magnitude / 1000)
    text.append(0x2e)
    var rest = thousandths.magnitude % 1000
    text.appendDecimal(rest / 100)
    while rest % 100 != 0 {
      rest = rest % 100 * 10
      text.appendDecimal(rest / 100)
    }
  }

  /// Section 4.1.6.
  private static func writeString(
    _ content: [UInt8], _ text: inout [UInt8]
  ) throws(HTTPParseError) {
    text.append(0x22)
    for byte in content {
      guard byte >= 0x20, byte < 0x7f else { throw .invalidFieldValue }
      if byte == 0x22 || byte == 0x5c { text.append(0x5c) }
      text.append(byte)
    }
    text.append(0x22)
  }

  /// Section 4.1.8.
  private static func writeBase64(_ content: [UInt8], _ text: inout [UInt8]) {
    var alphabet: [UInt8] = []
    alphabet.append("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    text.append(0x3a)
    for start in stride(from: 0, to: content.count, by: 3) {
      let length = min(content.count - start, 3)
      var bits: UInt32 = 0
      for index in 0..<3 {
        bits = bits << 8 | UInt32(index < length ? content[start + index] : 0)
      }
      for digit in 0..<4 {
        let value = Int(bits >> UInt32(18 - digit * 6)) & 63
        text.append(digit <= length ? alphabet[value] : 0x3d)
      }
    }
    text.append(0x3a)
  }

  /// Section 4.1.11.
  private static func writeDisplayString(
    _ content: [UInt8], _ text: inout [UInt8]
  ) throws(HTTPParseError) {
    guard String(validating: content, as: UTF8.self) != nil else { throw .invalidFieldValue }
    text.append("%\"")
    for byte in content {
      if byte == 0x25 || byte == 0x22 || byte < 0x20 || byte > 0x7e {
        text.append(0x25)
        if byte < 16 { text.append(0x30) }
        text.appendHexadecimal(UInt64(byte))
      } else {
        text.append(byte)
      }
    }
    text.append(0x22)
  }
}
