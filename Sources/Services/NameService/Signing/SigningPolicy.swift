// How a zone's keys are chosen and changed, as it is configured.

package import TLS

/// The key `dnssecKeys` of a zone.
package struct SigningPolicy: Hashable, Sendable {
  package var algorithm = SigningKey.Algorithm.ecdsaP256
  /// Whether a KSK and a ZSK share what one key does else (CSK).
  package var isSplit = false
  /// Days that a ZSK signs; 0: until it is told to change.
  package var zskDays = 60
  /// Days that a KSK or CSK is used; 0: until it is told to change.
  package var kskDays = 0
  /// Whether the resolver is asked which DS records the zone above has.
  package var checksParent = true
  /// The TTL of the DS records in the zone above.
  package var parentTTL = 86_400
  /// Seconds until all servers of the zone above have a change.
  package var parentPropagation = 3_600
  /// Seconds until all servers of the zone have a change.
  package var propagation = 3_600

  package init() {}

  /// The roles that its keys have.
  var roles: [ZoneKey.Role] { isSplit ? [.keySigning, .zoneSigning] : [.combined] }
}
