// DNS records of a zone.

import ConfigurationTree
import Control
import DNS
import NameService
import Primitives
import Runtime
import Storage
import Zones

extension APIDesk {
  /// The records of `zone` as they are, also if the operator has changed them meanwhile.
  func currentRecords(_ zone: Found) throws(APIError) -> [DNSRecord] {
    try storage { () throws(StorageError) in
      let rows = try store.recordRows(of: zone.customer.id)
      guard try !store.isSynced(zone.customer, named: zone.name) else { return rows }
      return RecordSync(
        zone: zone.configuration, nameServers: zone.customer.nameServers, now: SystemClock.wall
      ).rows(rows)
    }
  }

  /// As `currentRecords`, with identities that are written first where there are new ones: whoever is shown an
  /// identity finds it again.
  func settledRecords(_ zone: Found) throws(APIError) -> [DNSRecord] {
    let records = try currentRecords(zone)
    let isSynced = try storage { () throws(StorageError) in
      try store.isSynced(zone.customer, named: zone.name)
    }
    guard !isSynced else { return records }
    guard mayWrite else { throw .waitForTurn }
    let rows = try storage { () throws(StorageError) in
      try store.recordRows(of: zone.customer.id)
    }
    var changes: [ObjectID: DNSRecord?] = [:]
    let kept = Set(records.map(\.id))
    for row in rows where !kept.contains(row.id) { changes[row.id] = .some(nil) }
    let known = Set(rows.map(\.id))
    for record in records where !known.contains(record.id) { changes[record.id] = record }
    try zoneStore { () throws(ZoneStoreError) in
      _ = try store.zones.apply([]) { (_, change) throws(StorageError) in
        var customer = zone.customer
        customer.syncedSequence = try store.zones.recordsSequence(of: zone.name, change) ?? 0
        try store.write(customer, named: zone.name, records: changes, &change)
      }
    }
    return records
  }

  private func book(_ zone: Found) throws(APIError) -> RecordBook {
    RecordBook(zone.configuration, try settledRecords(zone))
  }

  /// Writes what became of the records in `book`.
  private func commit(
    _ book: RecordBook, _ zone: Found, _ entry: AuditEntry
  ) throws(APIError) -> AppliedChanges {
    let plan = RecordPlan(
      records: Array(book.records.values), proxiedBefore: book.proxiedBefore,
      nameServers: zone.customer.nameServers, platform: platform)
    let new = try plan.configuration(from: zone.configuration)
    return try write(zone, new, records: book.changes, entry)
  }

  func record(_ call: APICall, _ zone: Found) throws(APIError) -> DNSRecord {
    guard let id = call.id("record"),
      let record = try settledRecords(zone).first(where: { $0.id == id })
    else { throw .noRecord }
    return record
  }

  /// GET /zones/:zone/dns_records
  func listRecords(_ call: APICall, _ zone: Found) throws(APIError) -> APIOutcome {
    let page = try APIPage(
      call.query, usual: APILimits.recordsPerPage.usual,
      maximum: APILimits.recordsPerPage.maximum)
    let filter = try RecordFilter(call.query, zone: zone.name)
    let order = try call.query.choice(
      "order", ["type", "name", "content", "ttl", "proxied"])
    let isDescending = try call.query.choice("direction", ["asc", "desc"]) == "desc"
    var records = try settledRecords(zone).filter { filter.matches($0) }
    records.sort { a, b in Self.precedes(a, b, order) }
    if isDescending { records.reverse() }
    let trees = records[page.range(of: records.count)].map(\.tree)
    return APIOutcome(APIAnswer(.array(trees), info: page.tree(of: records.count)))
  }

  private static func precedes(_ a: DNSRecord, _ b: DNSRecord, _ order: String?) -> Bool {
    switch order {
    case "type" where a.type != b.type: a.type.description < b.type.description
    case "ttl" where a.ttl != b.ttl: a.ttl < b.ttl
    case "proxied" where a.isProxied != b.isProxied: !a.isProxied
    case "content": RecordContent.shown(a) < RecordContent.shown(b)
    default:
      a.name != b.name
        ? a.name < b.name
        : a.type != b.type ? a.type.rawValue < b.type.rawValue : a.id < b.id
    }
  }

  /// POST /zones/:zone/dns_records
  func createRecord(
    _ call: APICall, _ principal: Principal, _ zone: Found
  ) throws(APIError) -> APIOutcome {
    var book = try book(zone)
    let record = try read(try call.tree(), zone, at: "")
    try book.put(record)
    let applied = try commit(
      book, zone,
      entry(
        "dns_record.create", record.subject, principal, zone: zone.customer.id, after: record.tree))
    return APIOutcome(record.tree, applied: applied)
  }

  private func read(
    _ tree: ConfigurationValue, _ zone: Found, id: ObjectID = .make(), at path: String
  ) throws(APIError) -> DNSRecord {
    var reading = RecordReading(zone: zone.name, now: SystemClock.wall)
    guard let record = reading.whole(tree, id: id) else { throw Self.refused(reading, path) }
    return record
  }

  private static func refused(_ reading: RecordReading, _ path: String) -> APIError {
    APIError(
      invalid: reading.faults.map { fault in
        var fault = fault
        fault.pointer = fault.pointer.map { path + $0 }
        return fault
      })
  }

  /// PUT /zones/:zone/dns_records/:record
  func replaceRecord(
    _ call: APICall, _ principal: Principal, _ zone: Found
  ) throws(APIError) -> APIOutcome {
    try updateRecord(call, principal, zone, isWhole: true)
  }

  /// PATCH /zones/:zone/dns_records/:record
  func changeRecord(
    _ call: APICall, _ principal: Principal, _ zone: Found
  ) throws(APIError) -> APIOutcome {
    try updateRecord(call, principal, zone, isWhole: false)
  }

  private func updateRecord(
    _ call: APICall, _ principal: Principal, _ zone: Found, isWhole: Bool
  ) throws(APIError) -> APIOutcome {
    var book = try book(zone)
    guard let id = call.id("record"), let old = book.records[id] else { throw .noRecord }
    let record = try updated(old, by: try call.tree(), zone, isWhole: isWhole, at: "")
    try book.put(record)
    let applied = try commit(
      book, zone,
      entry(
        "dns_record.update", record.subject, principal, zone: zone.customer.id, before: old.tree,
        after: record.tree))
    return APIOutcome(record.tree, applied: applied)
  }

  private func updated(
    _ old: DNSRecord, by tree: ConfigurationValue, _ zone: Found, isWhole: Bool, at path: String
  ) throws(APIError) -> DNSRecord {
    guard isWhole else {
      var reading = RecordReading(zone: zone.name, now: SystemClock.wall)
      guard let record = reading.changed(old, by: tree) else { throw Self.refused(reading, path) }
      return record
    }
    var record = try read(tree, zone, id: old.id, at: path)
    record.created = old.created
    return record
  }

  /// DELETE /zones/:zone/dns_records/:record
  func removeRecord(
    _ call: APICall, _ principal: Principal, _ zone: Found
  ) throws(APIError) -> APIOutcome {
    var book = try book(zone)
    guard let id = call.id("record") else { throw .noRecord }
    let old = try book.remove(id)
    let applied = try commit(
      book, zone,
      entry(
        "dns_record.delete", old.subject, principal, zone: zone.customer.id, before: old.tree))
    return APIOutcome(.object([("id", .string(id.description))]), applied: applied)
  }

  /// POST /zones/:zone/dns_records/batch: all or nothing, in the order that is documented for it.
  func batchRecords(
    _ call: APICall, _ principal: Principal, _ zone: Found
  ) throws(APIError) -> APIOutcome {
    let tree = try call.tree()
    var book = try book(zone)
    let count = ["deletes", "patches", "puts", "posts"].reduce(0) {
      $0 + (tree[$1]?.elements.count ?? 0)
    }
    guard count <= APILimits.batch else {
      throw APIError(400, 9_207, "The batch has \(count) elements, and at most \(APILimits.batch)")
    }
    var results: [(String, ConfigurationValue?)] = []
    var (before, after): ([ConfigurationValue], [ConfigurationValue]) = ([], [])
    for key in ["deletes", "patches", "puts", "posts"] {
      var trees: [ConfigurationValue] = []
      for (index, element) in (tree[key]?.elements ?? []).enumerated() {
        let path = "/\(key)/\(index)"
        if key == "posts" {
          let record = try read(element, zone, at: path)
          try book.put(record)
          trees.append(record.tree)
          after.append(record.tree)
          continue
        }
        guard let id = element["id"]?.text.flatMap({ ObjectID($0) }), let old = book.records[id]
        else {
          throw APIError(404, 81_044, "Record does not exist", at: "\(path)/id")
        }
        before.append(old.tree)
        if key == "deletes" {
          trees.append(try book.remove(id).tree)
        } else {
          let record = try updated(old, by: element, zone, isWhole: key == "puts", at: path)
          try book.put(record)
          trees.append(record.tree)
          after.append(record.tree)
        }
      }
      results.append((key, .array(trees)))
    }
    let applied = try commit(
      book, zone,
      entry(
        "dns_record.batch", zone.name, principal, zone: zone.customer.id, before: .array(before),
        after: .array(after)))
    return APIOutcome(.object(results), applied: applied)
  }

  // MARK: - Zone files

  /// GET /zones/:zone/dns_records/export
  func exportRecords(_ zone: Found) throws(APIError) -> APIOutcome {
    let records = try settledRecords(zone).sorted { Self.precedes($0, $1, nil) }
    var text = Array(";; Domain: \(zone.name).\n;; Exported by Skerry\n\n".utf8)
    let apex = try name(zone.name)
    DNS.ZoneRecord.appendDirectives(origin: apex, to: &text)
    for record in records {
      let line = DNS.ZoneRecord(
        name: try name(record.name), type: record.type, ttl: record.answeredTTL,
        content: record.content)
      line.append(relativeTo: apex, to: &text)
    }
    return APIOutcome(APIAnswer(text: text))
  }

  private func name(_ text: String) throws(APIError) -> DomainName {
    do throws(DNSError) { return try DomainName(text) } catch {
      throw APIError(500, 10_001, "\(text) is no name")
    }
  }

  /// POST /zones/:zone/dns_records/import: records that are there already stay, all others are added; with a fault
  /// in the file none is.
  func importRecords(
    _ call: APICall, _ principal: Principal, _ zone: Found
  ) throws(APIError) -> APIOutcome {
    let form = try MultipartForm(call.body, contentType: call.contentType)
    let file = form["file"] ?? call.body
    let isProxied = form["proxied"].map { String(decoding: $0, as: UTF8.self) } == "true"
    let apex = try name(zone.name)
    var parser = ZoneFileParser(origin: apex, defaultTTL: UInt32(APILimits.automaticTTL))
    var parsed: [DNS.ZoneRecord] = []
    parser.parse(file.span) { parsed.append($0) }
    parser.finish { parsed.append($0) }
    guard parser.faults.isEmpty else {
      throw APIError(
        invalid: parser.faults.map { APIFault(9_000, $0.description, at: "/file") })
    }
    var book = try book(zone)
    var added: [ConfigurationValue] = []
    for record in parsed {
      let name = RecordReading.text(record.name.canonical)
      if record.name == apex, record.type == .soa || record.type == .ns { continue }
      guard record.name.isWithin(apex), RecordFields.types.contains(record.type) else {
        throw APIError(
          invalid: [
            APIFault(
              9_000, "\(record.type) \(name) can't be imported: another zone's, or of another type",
              at: "/file")
          ])
      }
      let range = APILimits.ttl
      let ttl = min(max(Int(record.ttl), range.lowerBound), range.upperBound)
      var row = DNSRecord(
        id: .make(), name: name, type: record.type, ttl: ttl, content: record.content,
        now: SystemClock.wall)
      if isProxied, row.isProxiable { (row.isProxied, row.ttl) = (true, 1) }
      guard !book.has(row.key) else { continue }
      try book.put(row)
      added.append(row.tree)
    }
    let applied = try commit(
      book, zone,
      entry(
        "dns_record.import", zone.name, principal, zone: zone.customer.id, after: .array(added)))
    return APIOutcome(
      .object([
        ("recs_added", .integer(added.count)), ("total_records_parsed", .integer(parsed.count)),
      ]), applied: applied)
  }
}

extension DNSRecord {
  /// As the audit log names it.
  var subject: String { "\(type) \(name) \(id)" }
}
