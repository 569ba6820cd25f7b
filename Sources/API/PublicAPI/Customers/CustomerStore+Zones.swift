// Zones of customers, and their records.

import DNS
import NameService
import Primitives
import Storage
import Zones

extension CustomerStore {
  func customerZone(_ id: ZoneID) throws(StorageError) -> CustomerZone? {
    let key = ZoneKeys.key(id)
    return try zones.readBeside { (state) throws(StorageError) in
      guard let row = try state.value(at: key.span, in: customerZones) else { return nil }
      return CustomerZone(row: row, id: id)
    }
  }

  /// The zones of `account` in the order of their names, for which `isShown` holds: all of them as names and
  /// identities.
  func zoneList(
    of account: ObjectID, _ isShown: (String, ZoneID) -> Bool
  ) throws(StorageError) -> [ZoneSummary] {
    try zones.readBeside { (state) throws(StorageError) in
      var found: [ZoneSummary] = []
      var cursor = try state.cursor(over: accountZones, prefix: ZoneKeys.key(account))
      while try cursor.next() {
        guard let id = ZoneKeys.id(try cursor.value()) else { continue }
        let name = String(decoding: cursor.keyCopy().dropFirst(16), as: UTF8.self)
        if isShown(name, id) { found.append(ZoneSummary(id: id, name: name)) }
      }
      return found
    }
  }

  /// The zone `name` of `account`; nil if it has none.
  func zone(named name: String, of account: ObjectID) throws(StorageError) -> ZoneID? {
    let key = Self.key(account, name: name)
    guard key.count <= 300 else { return nil }
    return try zones.readBeside { (state) throws(StorageError) in
      guard let found = try state.value(at: key.span, in: accountZones) else { return nil }
      return ZoneKeys.id(found)
    }
  }

  /// The rows of the records of `zone`, in the order of their identities.
  func recordRows(of zone: ZoneID) throws(StorageError) -> [DNSRecord] {
    try zones.readBeside { (state) throws(StorageError) in
      var found: [DNSRecord] = []
      var cursor = try state.cursor(over: records, prefix: ZoneKeys.key(zone))
      while try cursor.next() {
        guard let id = ZoneKeys.id(cursor.key, at: 16),
          let record = DNSRecord(row: try cursor.value(), id: id)
        else { continue }
        found.append(record)
      }
      return found
    }
  }

  func recordRow(_ id: ObjectID, of zone: ZoneID) throws(StorageError) -> DNSRecord? {
    let key = Self.key(zone, id)
    return try zones.readBeside { (state) throws(StorageError) in
      guard let row = try state.value(at: key.span, in: records) else { return nil }
      return DNSRecord(row: row, id: id)
    }
  }

  /// Whether the rows of the zone's records are what is answered.
  func isSynced(_ zone: CustomerZone, named name: String) throws(StorageError) -> Bool {
    try zones.recordsSequence(of: name) ?? 0 == zone.syncedSequence
  }

  // MARK: - Writing

  /// Writes what is beside `zone` and in it, of which the zone and `records` (nil: goes) change.
  func write(
    _ zone: CustomerZone, named name: String, records changed: [ObjectID: DNSRecord?],
    _ change: inout WriteTransaction
  ) throws(StorageError) {
    try change.put(zone.row, at: ZoneKeys.key(zone.id), in: customerZones)
    try change.put(
      ZoneKeys.key(zone.id), at: Self.key(zone.account, name: name), in: accountZones)
    for (id, record) in changed.sorted(by: { $0.key < $1.key }) {
      let key = Self.key(zone.id, id)
      if let record {
        try change.put(record.row, at: key, in: records)
      } else {
        try change.remove(key, in: records)
      }
    }
  }

  /// Removes what is beside a zone.
  func remove(
    _ zone: CustomerZone, named name: String, _ change: inout WriteTransaction
  ) throws(StorageError) {
    try change.remove(ZoneKeys.key(zone.id), in: customerZones)
    try change.remove(Self.key(zone.account, name: name), in: accountZones)
    for key in try recordKeys(of: zone.id, change) { try change.remove(key, in: records) }
  }

  private func recordKeys(
    of zone: ZoneID, _ change: borrowing WriteTransaction
  ) throws(StorageError) -> [[UInt8]] {
    var keys: [[UInt8]] = []
    var cursor = try change.cursor(over: records, prefix: ZoneKeys.key(zone))
    while try cursor.next() { keys.append(cursor.keyCopy()) }
    return keys
  }

  func write(
    _ entry: AuditEntry, _ sequence: UInt64, _ change: inout WriteTransaction
  ) throws(StorageError) {
    try change.put(
      entry.row, at: ZoneKeys.key(entry.account) + ZoneKeys.key(sequence), in: audit)
  }
}
