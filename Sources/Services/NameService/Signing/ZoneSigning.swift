// How a zone is signed.

import DNS
import Primitives
import TLS

/// The keys of a zone and the record sets that say so. Immutable, shared by all loops.
final class ZoneSigning: Sendable {
  /// A key that signs.
  struct Signer: Sendable {
    let key: SigningKey
    /// Its algorithm, its tag, and random bits, which everybody knows, that tell its signatures from those
    /// of others.
    let identity: (algorithm: UInt8, tag: UInt16, mark: UInt64)
    let signsKeys: Bool
    let signsZone: Bool
  }

  let plan: SigningPlan
  let apex: DomainName
  let signers: [Signer]
  /// The types that signing adds to the zone's apex, in rising order.
  let types: [RecordType]
  /// Runs of contents: DNSKEY, and what tells the parent its DS records (RFC 7344).
  private let keys: [UInt8]
  private let childDelegations: [UInt8]
  private let childKeys: [UInt8]

  /// Nil if a key is none, nothing would be signed, or the library fails.
  init?(_ plan: SigningPlan, apex: DomainName) {
    var signers: [Signer] = []
    var (keys, delegations, childKeys): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
    for entry in plan.entries {
      let (key, use) = (entry.key, entry.use)
      if use.isPublished { Self.append(key.record, to: &keys) }
      if use.isWanted {
        guard let delegation = key.delegation(of: apex) else { return nil }
        Self.append(delegation, to: &delegations)
        Self.append(key.record, to: &childKeys)
      }
      guard use.signsKeys || use.signsZone else { continue }
      let made = SigningKey(key.algorithm, privateKey: key.privateKey, publicKey: key.publicKey)
      guard let made else { return nil }
      signers.append(
        Signer(
          key: made, identity: (key.algorithm.rawValue, key.tag, Self.mark(of: key)),
          signsKeys: use.signsKeys, signsZone: use.signsZone))
    }
    guard signers.contains(where: \.signsKeys), signers.contains(where: \.signsZone) else {
      return nil
    }
    if plan.isLeaving {
      // RFC 8078 section 4: every DS record is to go.
      Self.append([0, 0, 0, 0, 0], to: &delegations)
      Self.append([0, 0, 3, 0, 0], to: &childKeys)
    }
    self.plan = plan
    self.apex = apex.canonical
    self.signers = signers
    self.keys = keys
    childDelegations = delegations
    self.childKeys = childKeys
    types = delegations.isEmpty ? [.dnskey] : Self.allTypes
  }

  private static func append(_ content: [UInt8], to run: inout [UInt8]) {
    run.appendUInt16(UInt16(truncatingIfNeeded: content.count))
    run += content
  }

  private static func mark(of key: ZoneKey) -> UInt64 {
    key.publicKey.prefix(8).reduce(UInt64(key.algorithm.rawValue)) { $0 << 8 ^ UInt64($1) }
  }

  /// All types that signing may add.
  static let allTypes: [RecordType] = [.dnskey, .cds, .cdnskey]

  /// Whether questions of `type` may be answered by signing, not by the zone's records.
  static func answers(_ type: RecordType) -> Bool {
    switch type {
    case .rrsig, .nsec, .dnskey, .cds, .cdnskey: true
    default: false
    }
  }

  /// Whether sets of `type` are signed by the keys that sign keys (RFC 7344 section 4.1 for CDS).
  static func isOfKeys(_ type: RecordType) -> Bool {
    switch type {
    case .dnskey, .cds, .cdnskey: true
    default: false
    }
  }

  /// The contents of such a type; nil for any other, and where there are none.
  func contents(of type: RecordType) -> [UInt8]? {
    switch type {
    case .dnskey: keys
    case .cds: childDelegations.isEmpty ? nil : childDelegations
    case .cdnskey: childKeys.isEmpty ? nil : childKeys
    default: nil
    }
  }
}
