// How a zone is signed.

import DNS
import Primitives
import TLS

/// The key of a zone and the record sets that say so. Immutable, shared by all loops.
final class ZoneSigning: Sendable {
  let key: SigningKey
  let publicKey: [UInt8]
  let tag: UInt16
  let apex: DomainName
  /// Runs of contents: DNSKEY, and what tells the parent its DS (RFC 7344).
  private let keys: [UInt8]
  private let childDelegations: [UInt8]

  /// Nil if `key` is none, or the library fails.
  init?(_ key: ZoneKey, apex: DomainName) {
    guard let signing = SigningKey(privateKey: key.privateKey, publicKey: key.publicKey),
      let delegation = key.delegation(of: apex)
    else { return nil }
    self.key = signing
    self.apex = apex.canonical
    publicKey = key.publicKey
    tag = key.tag
    keys = Self.run(key.record)
    childDelegations = Self.run(delegation)
  }

  private static func run(_ content: [UInt8]) -> [UInt8] {
    var run: [UInt8] = []
    run.appendUInt16(UInt16(truncatingIfNeeded: content.count))
    return run + content
  }

  /// The types that signing adds to the zone's apex, in rising order.
  static let types: [RecordType] = [.dnskey, .cds, .cdnskey]

  /// Whether questions of `type` may be answered by signing, not by the zone's records.
  static func answers(_ type: RecordType) -> Bool {
    switch type {
    case .rrsig, .nsec, .dnskey, .cds, .cdnskey: true
    default: false
    }
  }

  /// The contents of such a type; nil for any other.
  func contents(of type: RecordType) -> [UInt8]? {
    switch type {
    case .dnskey, .cdnskey: keys
    case .cds: childDelegations
    default: nil
    }
  }
}
