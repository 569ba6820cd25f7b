// Contents of records as zone files have them.

import Primitives

extension RDATA {
  /// Appends a content in presentation form, names in full. What is of an unknown type, or not what
  /// its type has, is written as `\# LENGTH HEXADECIMAL` (RFC 3597 section 5).
  package static func appendText(
    _ type: RecordType, _ content: Span<UInt8>, to output: inout [UInt8]
  ) {
    guard RDATAField.fields(of: type) != nil, isValid(type, content) else {
      return appendGeneric(content, to: &output)
    }
    var isFirst = true
    forEachField(type, content) { field, range in
      let bytes = content.extracting(range)
      if case .parameters = field { return ServiceParameters.append(bytes, to: &output) }
      if case .types = field { return appendTypes(bytes, to: &output) }
      if !isFirst { output.append(0x20) }
      isFirst = false
      append(field, bytes, to: &output)
    }
  }

  private static func appendGeneric(_ content: Span<UInt8>, to output: inout [UInt8]) {
    output.append("\\# ")
    output.appendDecimal(UInt64(content.count))
    if content.count > 0 { output.append(0x20) }
    output.appendHexadecimalPairs(content)
  }

  private static func append(
    _ field: RDATAField, _ bytes: Span<UInt8>, to output: inout [UInt8]
  ) {
    let rest = bytes.count > 0 ? bytes.extracting(1..<bytes.count) : bytes
    switch field {
    case .uint8, .algorithm: output.appendDecimal(UInt64(bytes[0]))
    case .uint16: output.appendDecimal(UInt64(bytes.uint16(at: 0)))
    case .uint32, .period: output.appendDecimal(UInt64(bytes.uint32(at: 0)))
    case .time: SignatureTime.append(bytes.uint32(at: 0), to: &output)
    case .ipv4: output.appendIPv4(bytes)
    case .ipv6: output.appendIPv6(bytes)
    case .name, .exactName: output.appendName(bytes)
    case .string: output.appendQuoted(rest)
    case .strings: appendStrings(bytes, to: &output)
    case .tag: output.append(rest)
    case .text: output.appendQuoted(bytes)
    case .hexadecimal: output.appendHexadecimalPairs(bytes)
    case .base64: output.appendBase64(bytes)
    case .salt where rest.count == 0: output.append(0x2d)
    case .salt: output.appendHexadecimalPairs(rest)
    case .hash: output.appendBase32Hex(rest)
    case .type: RecordType(rawValue: bytes.uint16(at: 0)).append(to: &output)
    case .location: Location.append(bytes, to: &output)
    case .types, .parameters: break
    }
  }

  private static func appendStrings(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
    var index = 0
    while index < bytes.count {
      let end = index + 1 + Int(bytes[index])
      if index > 0 { output.append(0x20) }
      output.appendQuoted(bytes.extracting((index + 1)..<end))
      index = end
    }
  }

  private static func appendTypes(_ bitmap: Span<UInt8>, to output: inout [UInt8]) {
    TypeBitmap.forEach(in: bitmap) { type in
      output.append(0x20)
      type.append(to: &output)
    }
  }
}
