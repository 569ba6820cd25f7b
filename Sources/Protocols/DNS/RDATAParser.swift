// Contents of records from the words of a line.

import Primitives

/// Reads the words behind a record's type, field by field as `RDATAField` lists them, into wire form.
struct RDATAParser {
  /// When something is thrown, it is about the word that was taken last.
  private(set) var words: ZoneFileWords
  private let origin: DomainName?
  private var content: [UInt8] = []

  /// The content begins with the word that `words` takes next; names without a dot at their end are
  /// below `origin`.
  init(words: ZoneFileWords, origin: DomainName?) {
    self.words = words
    self.origin = origin
  }

  /// The content in wire form; throws if the words are not what the type has.
  mutating func parse(_ type: RecordType) throws(DNSError) -> [UInt8] {
    if beginsGeneric {
      words.next += 1
      try parseGeneric()
    } else {
      guard let fields = RDATAField.fields(of: type), type != .nxt else {
        throw .genericFormNeeded
      }
      for field in fields { try parse(field) }
    }
    guard words.isAtEnd else {
      words.next += 1
      throw .extraWord
    }
    guard content.count <= DNSLimits.messageBytes else { throw .contentTooLong }
    guard RDATA.isValid(type, content.span) else { throw .invalidContent }
    return content
  }

  /// Whether the next word is the mark of a content without a form of its own.
  private var beginsGeneric: Bool {
    guard !words.isAtEnd else { return false }
    let token = words.tokens[words.next]
    return !token.isQuoted && words.bytes(of: token) == [0x5c, 0x23]
  }

  /// `LENGTH HEXADECIMAL...` (RFC 3597 section 5).
  private mutating func parseGeneric() throws(DNSError) {
    let length = try value(.invalidNumber) { $0.decimal(below: 65_536) }
    let digits = try rest()
    guard digits.span.decodeHexadecimal(to: &content) else { throw .invalidHexadecimal }
    guard content.count == Int(length) else { throw .wrongGenericLength }
  }

  private mutating func parse(_ field: RDATAField) throws(DNSError) {
    switch field {
    case .uint8: content.append(UInt8(try number(below: 256)))
    case .uint16: content.appendUInt16(UInt16(try number(below: 65_536)))
    case .uint32: content.appendUInt32(UInt32(try number(below: 1 << 32)))
    case .period:
      content.appendUInt32(
        try value(.invalidTTL) { $0.duration(atMost: UInt64(UInt32.max)) })
    case .time: content.appendUInt32(try value(.invalidTime) { SignatureTime.parse($0) })
    case .algorithm: content.append(try value(.invalidAlgorithm) { Self.algorithm($0) })
    case .certificate:
      content.appendUInt16(try value(.invalidNumber) { Self.certificate($0) })
    case .ipv4: try decode(.invalidIPv4Address) { $0.decodeIPv4(to: &$1) }
    case .ipv6: try decode(.invalidIPv6Address) { $0.decodeIPv6(to: &$1) }
    case .name, .exactName: content += try words.name(origin: origin).bytes
    case .eui48: try decode(.invalidHexadecimal) { $0.decodeHyphenated(6, to: &$1) }
    case .eui64: try decode(.invalidHexadecimal) { $0.decodeHyphenated(8, to: &$1) }
    case .type: content.appendUInt16(try type().rawValue)
    case .types:
      var types: [RecordType] = []
      while !words.isAtEnd { types.append(try type()) }
      TypeBitmap.append(types, to: &content)
    case .parameters: try parseParameters()
    case .gateway: try parseGateway()
    case .prefixes:
      while !words.isAtEnd {
        try decode(.invalidPrefix) { AddressPrefixes.parse($0, to: &$1) }
      }
    case .location:
      let place = try restOfWords()
      guard Location.parse(place, to: &content) else { throw .invalidLocation }
    case .string, .strings, .tag, .text, .target: try parseText(field)
    case .hexadecimal, .base64, .salt, .hash: try parseBytes(field)
    }
  }

  // MARK: - Fields

  private mutating func parseText(_ field: RDATAField) throws(DNSError) {
    switch field {
    case .strings:
      repeat { try appendString() } while !words.isAtEnd
    case .text, .target: content += try unescaped()
    case .tag:
      let tag = try words.word()
      guard !tag.isEmpty, tag.count < 256, tag.allSatisfy(\.isAlphanumeric) else {
        throw .invalidTag
      }
      content.append(UInt8(tag.count))
      content += tag
    default: try appendString()
    }
  }

  private mutating func parseBytes(_ field: RDATAField) throws(DNSError) {
    switch field {
    case .hexadecimal:
      let digits = try restOfBytes()
      if isDeletion(digits) { return content.append(0) }
      guard digits.span.decodeHexadecimal(to: &content) else { throw .invalidHexadecimal }
    case .base64:
      let digits = try restOfBytes()
      if isDeletion(digits) { return content.append(0) }
      guard digits.span.decodeBase64(to: &content) else { throw .invalidBase64 }
    case .salt:
      let length = content.count
      content.append(0)
      try decode(.invalidHexadecimal) { text, output in
        text.count == 1 && text[0] == 0x2d || text.decodeHexadecimal(to: &output)
      }
      try setLength(at: length)
    default:
      let length = content.count
      content.append(0)
      try decode(.invalidBase32) { $0.decodeBase32Hex(to: &$1) }
      guard content.count > length + 1 else { throw .invalidBase32 }
      try setLength(at: length)
    }
  }

  /// Whether this is the end of a CDS or CDNSKEY that asks for the DS to be deleted: RFC 8078 section 4
  /// writes its zero byte as one digit.
  private func isDeletion(_ digits: [UInt8]) -> Bool {
    digits == [0x30] && (content == [0, 0, 0, 0] || content == [0, 0, 3, 0])
  }

  private mutating func parseGateway() throws(DNSError) {
    for _ in 0..<3 { content.append(UInt8(try number(below: 256))) }
    switch content[1] {
    case SecurityGateway.none:
      guard try words.word() == [0x2e] else { throw .invalidGateway }
    case SecurityGateway.ipv4: try decode(.invalidIPv4Address) { $0.decodeIPv4(to: &$1) }
    case SecurityGateway.ipv6: try decode(.invalidIPv6Address) { $0.decodeIPv6(to: &$1) }
    case SecurityGateway.name: content += try words.name(origin: origin).bytes
    default: throw .invalidGateway
    }
    guard content[2] != 0 else { return }
    let key = try restOfBytes()
    guard key.span.decodeBase64(to: &content) else { throw .invalidBase64 }
  }

  /// Writes the length of what was appended behind `place` there.
  private mutating func setLength(at place: Int) throws(DNSError) {
    guard content.count - place - 1 < 256 else { throw .contentTooLong }
    content[place] = UInt8(content.count - place - 1)
  }

  /// The IANA registry of DNS Security Algorithm Numbers, those that may be used.
  private static func algorithm(_ text: Span<UInt8>) -> UInt8? {
    if let number = text.decimal(below: 256) { return UInt8(number) }
    let mnemonics: [(UInt8, StaticString)] = [
      (5, "RSASHA1"), (7, "RSASHA1-NSEC3-SHA1"), (8, "RSASHA256"), (10, "RSASHA512"),
      (13, "ECDSAP256SHA256"), (14, "ECDSAP384SHA384"), (15, "ED25519"), (16, "ED448"),
    ]
    for (number, mnemonic) in mnemonics where text.matches(mnemonic) { return number }
    return nil
  }

  private static func certificate(_ text: Span<UInt8>) -> UInt16? {
    if let number = text.decimal(below: 65_536) { return UInt16(number) }
    let mnemonics: [(UInt16, StaticString)] = [
      (1, "PKIX"), (2, "SPKI"), (3, "PGP"), (4, "IPKIX"), (5, "ISPKI"), (6, "IPGP"),
      (7, "ACPKIX"), (8, "IACPKIX"), (253, "URI"), (254, "OID"),
    ]
    for (number, mnemonic) in mnemonics where text.matches(mnemonic) { return number }
    return nil
  }

  /// `key`, `key=value` or `key="value"`, in any order; they are sorted by key.
  private mutating func parseParameters() throws(DNSError) {
    var parameters: [(key: UInt16, value: [UInt8])] = []
    var keys: Set<UInt16> = []
    while !words.isAtEnd {
      let token = try words.token()
      let text = Array(words.bytes(of: token))
      let nameEnd = text.firstIndex(of: 0x3d) ?? text.count
      // Quotation marks may stand around the value.
      guard
        token.quotedPartStart ?? token.range.lowerBound + nameEnd + 1
          == token.range.lowerBound + nameEnd + 1
      else { throw .misplacedQuote }
      guard let key = ServiceParameters.key(text.span.extracting(0..<nameEnd)) else {
        throw .unknownParameter
      }
      let escaped = text.dropFirst(nameEnd + 1)
      let plain = try unescape(Array(escaped))
      guard let value = ServiceParameters.value(of: key, plain.span) else {
        throw .invalidParameter
      }
      guard keys.insert(key).inserted else { throw .repeatedParameter }
      parameters.append((key, value))
    }
    let start = content.count
    for (key, value) in parameters.sorted(by: { $0.key < $1.key }) {
      content.appendUInt16(key)
      content.appendUInt16(UInt16(value.count))
      content += value
    }
    guard ServiceParameters.isValid(content.span.extracting(start..<content.count)) else {
      throw .missingMandatoryParameter
    }
  }

  // MARK: - Words

  /// The words to the end, joined.
  private mutating func rest() throws(DNSError) -> [UInt8] {
    var joined: [UInt8] = []
    while !words.isAtEnd { joined += try words.word() }
    return joined
  }

  /// The words to the end, joined; there must be one.
  private mutating func restOfBytes() throws(DNSError) -> [UInt8] {
    try words.word() + rest()
  }

  private mutating func restOfWords() throws(DNSError) -> [[UInt8]] {
    var rest: [[UInt8]] = []
    while !words.isAtEnd { rest.append(try words.word()) }
    return rest
  }

  private mutating func number(below bound: UInt64) throws(DNSError) -> UInt64 {
    try value(.invalidNumber) { $0.decimal(below: bound) }
  }

  /// What `read` makes of the next word; throws `reason` if that is nothing.
  private mutating func value<Value>(
    _ reason: DNSError, _ read: (Span<UInt8>) -> Value?
  ) throws(DNSError) -> Value {
    let text = try words.word()
    guard let value = read(text.span) else { throw reason }
    return value
  }

  /// Appends what `read` makes of the next word; throws `reason` if it says false.
  private mutating func decode(
    _ reason: DNSError, _ read: (Span<UInt8>, inout [UInt8]) -> Bool
  ) throws(DNSError) {
    let text = try words.word()
    guard read(text.span, &content) else { throw reason }
  }

  private mutating func type() throws(DNSError) -> RecordType {
    try value(.unknownType) { RecordType($0) }
  }

  private mutating func unescaped() throws(DNSError) -> [UInt8] { try unescape(try words.word()) }

  private func unescape(_ text: [UInt8]) throws(DNSError) -> [UInt8] {
    guard text.contains(0x5c) else { return text }
    var (plain, index): ([UInt8], Int) = ([], 0)
    while index < text.count { plain.append(try text.span.unescapedByte(at: &index)) }
    return plain
  }

  private mutating func appendString() throws(DNSError) {
    let string = try unescaped()
    guard string.count < 256 else { throw .stringTooLong }
    content.append(UInt8(string.count))
    content += string
  }
}
