// table: what the contents of each type are made of.

/// One field of a record's content (RDATA). A type is a list of them; everything that reads, writes,
/// checks or orders contents goes by these lists, so that a new type is a row here.
enum RDATAField: Sendable {
  case uint8, uint16, uint32
  /// Seconds in four bytes; in text with units as a TTL has them (SOA).
  case period
  /// Seconds since 1970 modulo 2^32; in text YYYYMMDDHHmmSS (RFC 4034 section 3.2).
  case time
  /// A DNSSEC algorithm's number in one byte; in text a number or a mnemonic.
  case algorithm
  /// A kind of certificate in two bytes (RFC 4398 section 2.1); in text a number or a mnemonic.
  case certificate
  case ipv4, ipv6
  /// A name that is in lower case in the canonical form (RFC 4034 section 6.2, RFC 6840 section 5.1)
  /// and that may come compressed (RFC 3597 section 4).
  case name
  /// A name that is never compressed, and keeps its case.
  case exactName
  /// A character-string: a length in one byte, and so many bytes.
  case string
  /// One or more of them, to the end.
  case strings
  /// A character-string of letters and digits that is never quoted (the tag of CAA).
  case tag
  /// Text to the end, without a length (CAA); and such that may not be empty (URI, RFC 7553 section
  /// 4.4).
  case text, target
  /// Bytes to the end, at least one: in text as hexadecimal, or as base64.
  case hexadecimal, base64
  /// Six or eight bytes: in text as pairs of hexadecimal digits with hyphens between them (RFC 7043).
  case eui48, eui64
  /// Bytes behind a length of one byte: as hexadecimal with `-` for none, or as base32hex (NSEC3).
  case salt, hash
  /// A record type: in text its mnemonic.
  case type
  /// A set of record types, to the end (RFC 4034 section 4.1.2).
  case types
  /// Sixteen bytes of place, size and precision (RFC 1876).
  case location
  /// Service parameters, to the end (RFC 9460 section 2.2).
  case parameters
  /// The whole of an IPSECKEY (RFC 4025).
  case gateway
  /// Address prefixes, to the end (RFC 3123).
  case prefixes

  /// The fields of a type; nil for one that is carried without being understood (RFC 3597).
  static func fields(of type: RecordType) -> [RDATAField]? {
    Int(type.rawValue) < rows.count ? rows[Int(type.rawValue)] : nil
  }

  /// The rows by the number of their type, up to that of the last one, made once: lists of fields that
  /// are made on every call would be allocated where contents are answered with.
  private static let rows = (0...RecordType.caa.rawValue).map { row(of: RecordType(rawValue: $0)) }

  private static func row(of type: RecordType) -> [RDATAField]? {
    switch type {
    case .a: [.ipv4]
    case .aaaa: [.ipv6]
    case .ns, .cname, .ptr, .dname, .md, .mf, .mb, .mg, .mr: [.name]
    case .soa: [.name, .name, .uint32, .period, .period, .period, .period]
    case .hinfo: [.string, .string]
    case .mx, .afsdb, .rt, .kx: [.uint16, .name]
    case .rp, .minfo: [.name, .name]
    case .px: [.uint16, .name, .name]
    case .txt, .spf: [.strings]
    case .loc: [.location]
    case .srv: [.uint16, .uint16, .uint16, .name]
    case .naptr: [.uint16, .uint16, .string, .string, .string, .name]
    case .ds, .cds: [.uint16, .algorithm, .uint8, .hexadecimal]
    case .sshfp: [.uint8, .uint8, .hexadecimal]
    case .rrsig, .sig:
      [.type, .algorithm, .uint8, .period, .time, .time, .uint16, .name, .base64]
    case .nsec: [.exactName, .types]
    // Its bits, which NSEC's windows came for, have no text here.
    case .nxt: [.name, .hexadecimal]
    case .cert: [.certificate, .uint16, .algorithm, .base64]
    case .ipseckey: [.gateway]
    case .apl: [.prefixes]
    case .csync: [.uint32, .uint16, .types]
    case .zonemd: [.uint32, .uint8, .uint8, .hexadecimal]
    case .dnskey, .cdnskey: [.uint16, .uint8, .algorithm, .base64]
    case .nsec3: [.uint8, .uint8, .uint16, .salt, .hash, .types]
    case .nsec3param: [.uint8, .uint8, .uint16, .salt]
    case .tlsa, .smimea: [.uint8, .uint8, .uint8, .hexadecimal]
    case .openpgpkey, .dhcid: [.base64]
    case .eui48: [.eui48]
    case .eui64: [.eui64]
    case .svcb, .https: [.uint16, .exactName, .parameters]
    case .uri: [.uint16, .uint16, .target]
    case .caa: [.uint8, .tag, .text]
    default: nil
    }
  }

  /// Where the field that begins at `start` of `message` ends, within a content that ends at
  /// `limit`; throws if it is not well-formed.
  func end(
    in message: Span<UInt8>, at start: Int, limit: Int
  ) throws(DNSError) -> Int {
    let end: Int
    switch self {
    case .uint8, .algorithm: end = start + 1
    case .uint16, .certificate, .type: end = start + 2
    case .uint32, .period, .time, .ipv4: end = start + 4
    case .eui48: end = start + 6
    case .eui64: end = start + 8
    case .ipv6, .location: end = start + 16
    case .name, .exactName: end = try message.endOfName(at: start)
    case .string, .tag, .salt, .hash:
      guard start < limit else { throw .invalidContent }
      end = start + 1 + Int(message[start])
    case .strings, .text, .target, .hexadecimal, .base64, .types, .parameters, .gateway, .prefixes:
      end = limit
    }
    guard end <= limit else { throw .invalidContent }
    try check(message.extracting(start..<end))
    return end
  }

  /// Throws if the bytes that the field's length delimits are not what it may hold.
  private func check(_ bytes: Span<UInt8>) throws(DNSError) {
    switch self {
    case .strings:
      var index = 0
      while index < bytes.count { index += 1 + Int(bytes[index]) }
      guard index == bytes.count, index > 0 else { throw .invalidContent }
    case .target, .hexadecimal, .base64: guard bytes.count > 0 else { throw .invalidContent }
    case .hash: guard bytes.count > 1 else { throw .invalidContent }
    case .tag:
      guard bytes.count > 1 else { throw .invalidContent }
      for index in 1..<bytes.count where !bytes[index].isAlphanumeric { throw .invalidContent }
    case .types: guard TypeBitmap.isValid(bytes) else { throw .invalidContent }
    case .location: guard Location.isValid(bytes) else { throw .invalidContent }
    case .gateway: guard SecurityGateway.isValid(bytes) else { throw .invalidContent }
    case .prefixes: guard AddressPrefixes.isValid(bytes) else { throw .invalidContent }
    case .parameters: guard ServiceParameters.isValid(bytes) else { throw .invalidContent }
    default: break
    }
  }
}

extension UInt8 {
  /// Whether it is an ASCII letter or digit.
  var isAlphanumeric: Bool { self &- 48 < 10 || (self | 0x20) &- 97 < 26 }
}
