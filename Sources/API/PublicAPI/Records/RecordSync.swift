// Records that were changed without the API.

import DNS
import NameService
import Primitives
import Zones

/// Brings the rows of a zone's records up to what is answered: the operator may have changed that.
struct RecordSync {
  let zone: ZoneConfiguration
  let nameServers: [String]
  let now: WallTime

  /// `rows` without what is answered no more, and with what is answered and was in no row. Those of proxied names are
  /// not answered as they are, and stay.
  func rows(_ rows: [DNSRecord]) -> [DNSRecord] {
    let proxied = Set(rows.filter(\.isProxied).map(\.name))
    var known: [RecordKey: DNSRecord] = [:]
    var result: [DNSRecord] = []
    for row in rows {
      if row.isProxiable, proxied.contains(row.name) {
        result.append(row)
      } else {
        known[row.key] = row
      }
    }
    let servers = Set(nameServers)
    for (record, _) in zone.records?.configuredRecords ?? [] {
      let name = RecordReading.text(record.name)
      let isApex = name == zone.name
      if isApex, record.type == .soa { continue }
      let isAddress = record.type == .a || record.type == .aaaa
      if isAddress, proxied.contains(name) { continue }
      var row = DNSRecord(
        id: .make(), name: name, type: record.type, ttl: Int(record.ttl),
        content: record.content, now: now)
      if isApex, record.type == .ns, servers.contains(RecordContent.shown(row)) { continue }
      guard let old = known[row.key] else {
        result.append(row)
        continue
      }
      row = old
      result.append(row)
    }
    return result
  }
}
