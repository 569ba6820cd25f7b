// A change of a zone's keys that is under way.

package import Primitives

/// One rollover: which keys take the places of which, and how far it is. A phase ends when what was
/// answered before it is in no cache any more (RFC 7583), and phases follow one another as `next` says.
package struct KeyRollover: Hashable, Sendable {
  /// What is replaced.
  package enum Kind: UInt8, Sendable {
    /// A new ZSK is published before it is used (Pre-Publication, RFC 7583 section 2.1).
    case zoneSigning = 1
    /// A new KSK signs the keys beside the old one (Double-KSK, RFC 7583 section 2.2).
    case keySigning = 2
    /// A new CSK: as a KSK, and it signs the zone in the place of the old one once it is known.
    case combined = 3
    /// All keys, where algorithm or roles change: signatures first, then the keys, then the DS
    /// record, and back in reverse (the conservative approach, RFC 6781 section 4.1.4).
    case algorithm = 4
    /// The zone was not signed before.
    case securing = 5
    /// The zone is to be signed no more.
    case unsigning = 6
  }

  /// How far it is.
  package enum Phase: UInt8, Sendable {
    /// New keys sign, and are not published.
    case presign = 1
    /// New keys are published, and others learn of them.
    case publish = 2
    /// The zone above is to have the DS records of the new keys alone, or none.
    case submit = 3
    /// Nothing needs the old keys but what is in caches.
    case retire = 4
    /// Old keys sign, and are not published.
    case withdraw = 5
    /// As in `retire`, until it is seen anew that the zone above needs the old keys no more: its DS records may
    /// have been taken back since, or somebody was wrong who told of them.
    case confirm = 6

    /// Whether it ends by what the zone above has, not by time.
    var awaitsParent: Bool { self == .submit || self == .confirm }
  }

  package let kind: Kind
  package internal(set) var phase: Phase
  /// When the phase began.
  package internal(set) var since: WallTime
  /// When it ends at the earliest.
  package internal(set) var until: WallTime
  /// Identities of keys in the set.
  package let new: [UInt32]
  package let old: [UInt32]
  /// Whether the wait for DS records to leave caches began when it was seen that they are gone, not when somebody
  /// said so.
  package var isSeen = false

  package init(
    _ kind: Kind, _ phase: Phase, since: WallTime, until: WallTime, new: [UInt32], old: [UInt32]
  ) {
    self.kind = kind
    self.phase = phase
    self.since = since
    self.until = until
    self.new = new
    self.old = old
  }

  /// The same about keys with these identities alone.
  package func keeping(_ ids: [UInt32]) -> KeyRollover {
    var copy = KeyRollover(
      kind, phase, since: since, until: until, new: new.filter { ids.contains($0) },
      old: old.filter { ids.contains($0) })
    copy.isSeen = isSeen
    return copy
  }

  /// The first phase.
  var first: Phase {
    switch kind {
    case .algorithm: .presign
    case .unsigning: .submit
    default: .publish
    }
  }

  /// The phase behind this one; nil if it is the last.
  var next: Phase? {
    switch (kind, phase) {
    case (_, .presign): .publish
    case (.zoneSigning, .publish): .retire
    case (_, .publish): .submit
    case (.securing, .submit): nil
    case (_, .submit): .retire
    case (.zoneSigning, .retire): nil
    case (_, .retire): .confirm
    case (.algorithm, .confirm): .withdraw
    case (_, .confirm), (_, .withdraw): nil
    }
  }

  /// What a new key is used for.
  func useOfNew(_ role: ZoneKey.Role) -> KeyUse {
    let isKnown = phase != .presign
    let isTaking = phase.rawValue >= Phase.submit.rawValue
    let signsZone = kind == .algorithm || kind == .securing || isTaking
    return KeyUse(
      isPublished: isKnown, signsKeys: isKnown && role.isEntryPoint,
      signsZone: signsZone && role.signsZone, isWanted: isTaking && role.isEntryPoint)
  }

  /// What an old key is used for.
  func useOfOld(_ role: ZoneKey.Role) -> KeyUse {
    let isGiving = phase.rawValue >= Phase.submit.rawValue
    let isKnown = phase != .withdraw
    let signsZone = kind == .algorithm || kind == .unsigning || !isGiving
    return KeyUse(
      isPublished: isKnown, signsKeys: isKnown && role.isEntryPoint,
      signsZone: signsZone && role.signsZone, isWanted: !isGiving && role.isEntryPoint)
  }
}
