// A change that was made.

package import Primitives

/// One change that was made, as the log keeps it.
package struct ZoneChangeRecord: Equatable, Sendable {
  package let sequence: UInt64
  package let zone: ZoneID
  package let name: String
  package let kind: Kind

  /// What became of the zone.
  package enum Kind: UInt8, Sendable {
    case added = 1
    case changed = 2
    case removed = 3
  }
}
