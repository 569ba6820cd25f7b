// What a key is used for.

/// What answers have of a key.
package struct KeyUse: Hashable, Sendable {
  /// It is in the DNSKEY set.
  package var isPublished: Bool
  /// It signs the DNSKEY, CDS and CDNSKEY sets.
  package var signsKeys: Bool
  /// It signs all other sets.
  package var signsZone: Bool
  /// The zone above is to have its DS record: it is in the CDS and CDNSKEY sets.
  package var isWanted: Bool

  /// That of a key that no rollover is about.
  static func steady(_ role: ZoneKey.Role) -> KeyUse {
    KeyUse(
      isPublished: true, signsKeys: role.isEntryPoint, signsZone: role.signsZone,
      isWanted: role.isEntryPoint)
  }
}
