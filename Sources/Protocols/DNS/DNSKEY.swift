// Keys of zones (RFC 4034 sections 2 and 5).

import Primitives

/// What is computed of a DNSKEY record's content.
package enum DNSKEY {
  /// The flags of a key that signs zone data, and of one that is also an entry point (SEP).
  package static let zoneFlags: UInt16 = 256
  package static let entryPointFlags: UInt16 = 257

  /// Appends a content: flags, protocol 3, algorithm, public key (for algorithm 13 the curve's point
  /// as 64 bytes, RFC 6605 section 4).
  package static func append(
    flags: UInt16, algorithm: UInt8, publicKey: Span<UInt8>, to output: inout [UInt8]
  ) {
    output.appendUInt16(flags)
    output.append(3)
    output.append(algorithm)
    output.append(publicKey)
  }

  /// The number that signatures and DS records name a key by (RFC 4034 appendix B).
  package static func tag(of content: Span<UInt8>) -> UInt16 {
    var sum: UInt32 = 0
    for index in 0..<content.count {
      sum &+= index & 1 == 0 ? UInt32(content[index]) << 8 : UInt32(content[index])
    }
    return UInt16(truncatingIfNeeded: sum &+ sum >> 16)
  }

  /// Appends what a DS record's digest is computed over: the owner in canonical form and the content
  /// (RFC 4034 section 5.1.4).
  package static func appendDigested(
    owner: DomainName, content: Span<UInt8>, to output: inout [UInt8]
  ) {
    output += owner.canonical.bytes
    output.append(content)
  }

  /// Appends the content of a DS or CDS record: the key's tag and algorithm, the kind of digest (2 is
  /// SHA-256, RFC 4509) and the digest.
  package static func appendDelegation(
    of content: Span<UInt8>, digestType: UInt8, digest: Span<UInt8>, to output: inout [UInt8]
  ) {
    precondition(content.count > 4)
    output.appendUInt16(tag(of: content))
    output.append(content[3])
    output.append(digestType)
    output.append(digest)
  }
}
