// What is looked up for an alias.

package import DNS
package import Primitives

/// Addresses that a zone's flattened aliases lead to, outside of the zone: one look-up on the whole server,
/// and at the expense of that zone. Two zones that want the same name have two of them.
package struct AliasQuestion: Hashable, Sendable {
  package let zone: ZoneID
  /// In canonical wire form.
  package let name: [UInt8]
  /// A or AAAA; DS, which nothing leads to, for who rolls keys.
  package let type: RecordType

  package init(zone: ZoneID, name: [UInt8], type: RecordType) {
    self.zone = zone
    self.name = name
    self.type = type
  }
}
