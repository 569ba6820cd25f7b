// A change that was made.

package import Cache
package import Primitives

/// One change that was made, as the log keeps it.
package struct ZoneChangeRecord: Equatable, Sendable {
  package let sequence: UInt64
  package let zone: ZoneID
  package let name: String
  package let kind: Kind
  /// What was purged, or what a change of the zone made void (`ZoneStore.voided`).
  package var purge: Purge?

  package init(sequence: UInt64, zone: ZoneID, name: String, kind: Kind, purge: Purge? = nil) {
    precondition(kind != .purged || purge != nil)
    self.sequence = sequence
    self.zone = zone
    self.name = name
    self.kind = kind
    self.purge = purge
  }

  /// What became of the zone.
  package enum Kind: UInt8, Sendable {
    case added = 1
    case changed = 2
    case removed = 3
    /// Its configuration is as it was; what is stored of it is void or stale.
    case purged = 4
  }
}
