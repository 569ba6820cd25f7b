// What a token is allowed, and where.

import Primitives
import Zones

/// Permissions, in all zones of an account or in those that are named.
struct Grant: Equatable, Sendable {
  var permissions: [Permission]
  /// Nil: all zones of the account.
  var zones: [ZoneID]?

  init(_ permissions: [Permission], zones: [ZoneID]? = nil) {
    self.permissions = permissions
    self.zones = zones
  }

  /// Whether it allows `permission`; in `zone`, or (nil) in the account as a whole.
  func allows(_ permission: Permission, in zone: ZoneID?) -> Bool {
    guard permissions.contains(where: { $0.includes(permission) }) else { return false }
    guard permission.isOfZones, let zones else { return true }
    return zone.map { zones.contains($0) } ?? false
  }

  init(row: Span<UInt8>) {
    var record = RecordReader(fields: row)
    self.init([])
    while let tag = record.nextTag() {
      switch tag {
      case 1: if let found = Permission(number: record.number) { permissions.append(found) }
      // That there is a list counts, also of one of none.
      case 2: zones = zones ?? []
      case 3: if let id = ZoneKeys.id(record.content) { zones = (zones ?? []) + [id] }
      default: continue
      }
    }
  }

  func write(to record: inout RecordWriter) {
    for permission in permissions { record.write(1, permission.number) }
    guard let zones else { return }
    record.write(2, true)
    for zone in zones { record.write(3, ZoneKeys.key(zone)) }
  }
}
