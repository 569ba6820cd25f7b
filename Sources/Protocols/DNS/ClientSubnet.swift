// The EDNS Client Subnet option (RFC 7871).

import Primitives

/// The network that a resolver asks for: an address with as many bits as it wants to tell.
@usableFromInline package struct ClientSubnet: Equatable, Sendable {
  /// The address family numbers of IANA; 0 goes with a prefix of 0 bits (RFC 7871 section 7.1.2).
  package enum Family: UInt16, Sendable { case none = 0, ipv4 = 1, ipv6 = 2 }

  package let family: Family
  package let sourcePrefixBits: UInt8
  /// The network's first bytes, the others zero: four for IPv4, sixteen for IPv6.
  package let address: InlineArray<16, UInt8>

  /// Reads an option's content as a query has it: RFC 7871 sections 6 and 7.1.2 make anything else a
  /// format error.
  package init(_ content: Span<UInt8>) throws(DNSError) {
    guard content.count >= 4, let family = Family(rawValue: content.uint16(at: 0)) else {
      throw .malformedClientSubnet
    }
    let (prefix, scope) = (Int(content[2]), content[3])
    let limit = family == .ipv4 ? 32 : family == .ipv6 ? 128 : 0
    guard scope == 0, prefix <= limit, content.count == 4 + (prefix + 7) / 8 else {
      throw .malformedClientSubnet
    }
    var address = InlineArray<16, UInt8>(repeating: 0)
    for index in 4..<content.count { address[index - 4] = content[index] }
    // Bits beyond the prefix must be zero.
    if prefix % 8 != 0, address[prefix / 8] << UInt8(prefix % 8) != 0 {
      throw .malformedClientSubnet
    }
    self.family = family
    sourcePrefixBits = UInt8(prefix)
    self.address = address
  }

  /// The address as two words, as IPv6 has it; one of IPv4 as `::ffff:a.b.c.d`.
  package var words: (high: UInt64, low: UInt64) {
    var (high, low) = (UInt64(0), UInt64(0))
    for index in 0..<8 {
      high = high << 8 | UInt64(address[index])
      low = low << 8 | UInt64(address[index + 8])
    }
    return family == .ipv4 ? (0, 0xffff_0000_0000 | high >> 32) : (high, low)
  }

  /// The option's content for the response, and its length: the same network, and for how many bits of
  /// it the answer holds (RFC 7871 section 7.2.1).
  func content(scopePrefixBits: UInt8) -> (bytes: InlineArray<20, UInt8>, count: Int) {
    let length = (Int(sourcePrefixBits) + 7) / 8
    var content = InlineArray<20, UInt8>(repeating: 0)
    var bytes = content.mutableSpan
    bytes.store(family.rawValue, at: 0)
    bytes[2] = sourcePrefixBits
    bytes[3] = scopePrefixBits
    bytes.copy(address.span.extracting(0..<length), at: 4)
    return (content, 4 + length)
  }

  @usableFromInline package static func == (a: ClientSubnet, b: ClientSubnet) -> Bool {
    guard a.family == b.family, a.sourcePrefixBits == b.sourcePrefixBits else { return false }
    for index in 0..<16 where a.address[index] != b.address[index] { return false }
    return true
  }
}
