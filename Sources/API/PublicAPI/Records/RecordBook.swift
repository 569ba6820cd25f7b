// The records of one zone while a request changes them.

import DNS
import NameService
import Primitives
import Zones

/// All records of a zone, and what becomes of them: changes are checked as a whole, and then written together.
struct RecordBook {
  let zone: ZoneConfiguration
  private(set) var records: [ObjectID: DNSRecord]
  private var keys: [RecordKey: ObjectID] = [:]
  private var names: [String: [ObjectID]] = [:]
  /// Names with an alias.
  private var aliases: Set<String> = []
  /// Names that are proxied as it begins.
  let proxiedBefore: Set<String>
  /// Rows that are to be written, or (nil) removed.
  private(set) var changes: [ObjectID: DNSRecord?] = [:]

  init(_ zone: ZoneConfiguration, _ list: [DNSRecord]) {
    self.zone = zone
    records = [:]
    proxiedBefore = Set(list.lazy.filter(\.isProxied).map(\.name))
    records.reserveCapacity(list.count)
    for record in list {
      records[record.id] = record
      keys[record.key] = record.id
      names[record.name, default: []].append(record.id)
      if record.type == .cname { aliases.insert(record.name) }
    }
  }

  /// Adds or replaces a record; refused if it is there already, or can't stand beside others.
  mutating func put(_ record: DNSRecord) throws(APIError) {
    let old = records[record.id]
    if let other = keys[record.key], other != record.id {
      throw APIError(400, 81_058, "An identical record already exists.")
    }
    try checkAliases(record)
    try checkServers(record)
    if old == nil, records.count >= NameServiceLimits.recordsPerZone - 2 {
      throw APIError(
        400, 81_045, "Record quota exceeded: a zone has at most \(records.count) records.")
    }
    if let old { forget(old) }
    records[record.id] = record
    keys[record.key] = record.id
    names[record.name, default: []].append(record.id)
    if record.type == .cname { aliases.insert(record.name) }
    changes[record.id] = .some(record)
  }

  @discardableResult mutating func remove(_ id: ObjectID) throws(APIError) -> DNSRecord {
    guard let record = records.removeValue(forKey: id) else { throw APIError.noRecord }
    forget(record)
    changes[id] = .some(nil)
    return record
  }

  private mutating func forget(_ record: DNSRecord) {
    if keys[record.key] == record.id { keys[record.key] = nil }
    names[record.name]?.removeAll { $0 == record.id }
    if record.type == .cname { aliases.remove(record.name) }
  }

  func has(_ key: RecordKey) -> Bool { keys[key] != nil }

  /// RFC 1034 section 3.6.2, but at the apex, where a CNAME is answered with the addresses of its target.
  private func checkAliases(_ record: DNSRecord) throws(APIError) {
    let count = names[record.name]?.count ?? 0
    if count >= APILimits.recordsPerName, records[record.id] == nil {
      throw APIError(
        400, 81_045, "Record quota exceeded: a name has at most \(count) records.", at: "/name")
    }
    guard record.type == .cname || aliases.contains(record.name) else { return }
    for id in names[record.name] ?? [] where id != record.id {
      guard let other = records[id] else { continue }
      let addresses: [RecordType] = [.a, .aaaa, .cname]
      let isAlias = record.type == .cname || other.type == .cname
      guard isAlias else { continue }
      if addresses.contains(record.type), addresses.contains(other.type) {
        throw APIError(
          400, 81_053, "An A, AAAA, or CNAME record with that host already exists.", at: "/name")
      }
      if record.name != zone.name {
        throw APIError(
          400, 81_054, "A CNAME record can't stand beside other records of that host.",
          at: "/name")
      }
    }
  }

  private func checkServers(_ record: DNSRecord) throws(APIError) {
    guard record.type == .ns, record.name == zone.name else { return }
    throw APIError(
      invalid: [.invalid("/name", "is the zone's own, whose name servers are ours", code: 9_110)])
  }
}
