// Contents of records as zone files have them.

import Primitives

extension RDATA {
  /// Appends a content in presentation form, names in full. What is of an unknown type, not what
  /// its type has, or of more words than a zone file's line may have, is written as `\# LENGTH HEXADECIMAL` (RFC 3597 section 5).
  package static func appendText(
    _ type: RecordType, _ content: Span<UInt8>, to output: inout [UInt8]
  ) {
    guard RDATAField.fields(of: type) != nil, type != .nxt, isValid(type, content),
      fitsEntry(type, content)
    else {
      return appendGeneric(content, to: &output)
    }
    var isFirst = true
    forEachField(type, content) { field, range in
      let bytes = content.extracting(range)
      if case .parameters = field { return ServiceParameters.append(bytes, to: &output) }
      if case .prefixes = field { return AddressPrefixes.append(bytes, to: &output) }
      if case .types = field { return appendTypes(bytes, to: &output) }
      if !isFirst { output.append(0x20) }
      isFirst = false
      append(field, bytes, to: &output)
    }
  }

  /// Whether the words of a valid content are no more than an entry of a zone file may have.
  private static func fitsEntry(_ type: RecordType, _ content: Span<UInt8>) -> Bool {
    // Owner, TTL, class and type are words too, and so are single fields.
    let limit = ZoneFileLimits().entryWords - 32
    // A bit is a type, and nothing smaller is a word.
    if content.count <= limit / 8 { return true }
    var words = 0
    forEachField(type, content) { field, range in
      switch field {
      case .strings:
        var index = range.lowerBound
        while index < range.upperBound {
          words += 1
          index += 1 + Int(content[index])
        }
      case .types: TypeBitmap.forEach(in: content.extracting(range)) { _ in words += 1 }
      case .parameters, .prefixes: words += range.count / 4
      default: words += 1
      }
    }
    return words <= limit
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
    case .uint16, .certificate: output.appendDecimal(UInt64(bytes.uint16(at: 0)))
    case .uint32, .period: output.appendDecimal(UInt64(bytes.uint32(at: 0)))
    case .time: SignatureTime.append(bytes.uint32(at: 0), to: &output)
    case .ipv4: output.appendIPv4(bytes)
    case .ipv6: output.appendIPv6(bytes)
    case .name, .exactName: output.appendName(bytes)
    case .string: output.appendQuoted(rest)
    case .strings: appendStrings(bytes, to: &output)
    case .tag: output.append(rest)
    case .text, .target: output.appendQuoted(bytes)
    case .hexadecimal: output.appendHexadecimalPairs(bytes)
    case .eui48, .eui64: output.appendHyphenated(bytes)
    case .base64: output.appendBase64(bytes)
    case .salt where rest.count == 0: output.append(0x2d)
    case .salt: output.appendHexadecimalPairs(rest)
    case .hash: output.appendBase32Hex(rest)
    case .type: RecordType(rawValue: bytes.uint16(at: 0)).append(to: &output)
    case .location: Location.append(bytes, to: &output)
    case .gateway: SecurityGateway.append(bytes, to: &output)
    case .types, .parameters, .prefixes: break
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
