// A key that signs a zone, as it is stored.

package import DNS
import Primitives
import TLS

/// The numbers of a zone's key: ECDSA with P-256, one key for all of the zone (CSK, RFC 6781 section
/// 3.1). It never appears in descriptions or mirrors; only `privateKey` gives it out.
package struct ZoneKey: Hashable, Sendable {
  package let privateKey: [UInt8]
  /// The curve's point.
  package let publicKey: [UInt8]

  /// Nil if the lengths are not those of such a key.
  package init?(privateKey: [UInt8], publicKey: [UInt8]) {
    guard privateKey.count == SigningKey.privateBytes, publicKey.count == SigningKey.publicBytes
    else { return nil }
    self.privateKey = privateKey
    self.publicKey = publicKey
  }

  /// The key whose numbers are behind one another; nil if the length is not that of such a key.
  package init?(numbers: [UInt8]) {
    self.init(
      privateKey: Array(numbers.prefix(SigningKey.privateBytes)),
      publicKey: Array(numbers.dropFirst(SigningKey.privateBytes)))
  }

  /// A new key; nil if the library has no random numbers.
  package static func generate() -> ZoneKey? {
    guard let numbers = SigningKey.generate()?.numbers else { return nil }
    return ZoneKey(privateKey: numbers.privateKey, publicKey: numbers.publicKey)
  }

  /// ECDSA with P-256 and SHA-256 (RFC 6605).
  static let algorithm: UInt8 = 13

  /// The content of its DNSKEY record: it signs the zone's data, and the parent names it.
  package var record: [UInt8] {
    var content: [UInt8] = []
    DNSKEY.append(
      flags: DNSKEY.entryPointFlags, algorithm: Self.algorithm, publicKey: publicKey.span,
      to: &content)
    return content
  }

  /// The number that signatures and DS records name it by.
  package var tag: UInt16 { DNSKEY.tag(of: record.span) }

  /// The content of the DS record that the zone above needs for the zone `apex`: with SHA-256 (RFC
  /// 4509). Nil if the library fails.
  package func delegation(of apex: DomainName) -> [UInt8]? {
    let record = self.record
    var digested: [UInt8] = []
    DNSKEY.appendDigested(owner: apex, content: record.span, to: &digested)
    guard let digest = SigningKey.digest(of: digested.span) else { return nil }
    var content: [UInt8] = []
    DNSKEY.appendDelegation(
      of: record.span, digestType: 2, digest: digest.span, to: &content)
    return content
  }
}

extension ZoneKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "(key \(tag))" }

  package var debugDescription: String { description }

  package var customMirror: Mirror { Mirror(self, children: []) }
}
