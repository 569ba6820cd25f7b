// A key that signs a zone, as it is stored.

package import DNS
import Primitives
package import TLS

/// The numbers of a zone's key, and what it signs. It never appears in descriptions or mirrors; only
/// `privateKey` gives it out.
package struct ZoneKey: Hashable, Sendable {
  /// What a key signs (RFC 6781 section 3.1).
  package enum Role: UInt8, Sendable {
    /// All of the zone, and the parent names it (CSK).
    case combined = 1
    /// The zone's data (ZSK).
    case zoneSigning = 2
    /// The keys, and the parent names it (KSK).
    case keySigning = 3

    /// Whether it is an entry point (SEP): signs the keys, and the parent has its DS record.
    package var isEntryPoint: Bool { self != .zoneSigning }
    package var signsZone: Bool { self != .keySigning }

    /// As RFC 6781 and RFC 8499 name it.
    package var name: String {
      switch self {
      case .combined: "CSK"
      case .zoneSigning: "ZSK"
      case .keySigning: "KSK"
      }
    }
  }

  package let algorithm: SigningKey.Algorithm
  package let role: Role
  package let privateKey: [UInt8]
  /// The curve's point as the DNSKEY record has it.
  package let publicKey: [UInt8]

  /// Nil if the lengths are not those of such a key.
  package init?(
    _ algorithm: SigningKey.Algorithm = .ecdsaP256, _ role: Role = .combined,
    privateKey: [UInt8], publicKey: [UInt8]
  ) {
    guard privateKey.count == SigningKey.privateBytes, publicKey.count == algorithm.publicBytes
    else { return nil }
    self.algorithm = algorithm
    self.role = role
    self.privateKey = privateKey
    self.publicKey = publicKey
  }

  /// The key whose numbers are behind one another; nil if the length is not that of such a key.
  package init?(
    _ algorithm: SigningKey.Algorithm = .ecdsaP256, _ role: Role = .combined, numbers: [UInt8]
  ) {
    self.init(
      algorithm, role, privateKey: Array(numbers.prefix(SigningKey.privateBytes)),
      publicKey: Array(numbers.dropFirst(SigningKey.privateBytes)))
  }

  /// A new key; nil if the library has no random numbers.
  package static func generate(
    _ algorithm: SigningKey.Algorithm = .ecdsaP256, _ role: Role = .combined
  ) -> ZoneKey? {
    guard let numbers = SigningKey.generate(algorithm)?.numbers else { return nil }
    return ZoneKey(
      algorithm, role, privateKey: numbers.privateKey, publicKey: numbers.publicKey)
  }

  /// The content of its DNSKEY record.
  package var record: [UInt8] {
    var content: [UInt8] = []
    DNSKEY.append(
      flags: role.isEntryPoint ? DNSKEY.entryPointFlags : DNSKEY.zoneFlags,
      algorithm: algorithm.rawValue, publicKey: publicKey.span, to: &content)
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
  package var description: String { "(\(role.name) \(tag))" }

  package var debugDescription: String { description }

  package var customMirror: Mirror { Mirror(self, children: []) }
}
