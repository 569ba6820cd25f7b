// The index: which records there are, in LMDB.

import Primitives
import Storage

/// The tables of the index: `objects` (digest -> entries, newest first), `segments`, `zones` (number ->
/// row) and `state`. Reading is for any thread that may block; writing for one.
struct DiskIndex: Sendable {
  let environment: StorageEnvironment
  let secret: DiskSecret
  private let objects: StorageTable
  private let segments: StorageTable
  private let zones: StorageTable
  private let state: StorageTable

  static let format: UInt8 = 1
  private static let formatKey = Array("format".utf8)
  private static let secretKey = Array("secret".utf8)
  private static let nextZoneKey = Array("next zone".utf8)

  /// Opens the index in `directory`, or makes one. Throws `recordVersion` for a later format.
  init(_ directory: String) throws(StorageError) {
    var configuration = StorageConfiguration(tables: ["objects", "segments", "zones", "state"])
    configuration.isExclusive = true
    configuration.isExpendable = true
    configuration.readsAhead = false
    configuration.mapBytes = DiskLimits.indexMapBytes
    environment = try StorageEnvironment(directory, configuration)
    objects = environment.table("objects")
    segments = environment.table("segments")
    zones = environment.table("zones")
    state = environment.table("state")
    secret = try Self.secret(environment, state)
  }

  private static func secret(
    _ environment: StorageEnvironment, _ state: StorageTable
  ) throws(StorageError) -> DiskSecret {
    let stored = try environment.read { (transaction) throws(StorageError) in
      (
        try transaction.copy(of: formatKey, in: state),
        try transaction.copy(of: secretKey, in: state)
      )
    }
    if let found = stored.0 {
      guard found == [format], let secret = stored.1.flatMap({ DiskSecret($0.span) }) else {
        throw .recordVersion(table: state.name, key: formatKey, version: found.first ?? 0)
      }
      return secret
    }
    var generator = SystemRandomNumberGenerator()
    let secret = DiskSecret(using: &generator)
    try environment.write { (change) throws(StorageError) in
      try change.put([format], at: formatKey, in: state)
      try change.put(secret.bytes, at: secretKey, in: state)
    }
    return secret
  }

  /// The entries of a digest, newest first.
  func entries(of digest: DiskDigest) throws(StorageError) -> [DiskEntry] {
    try environment.read { (transaction) throws(StorageError) in
      guard let value = try transaction.value(at: digest.key.span, in: objects) else { return [] }
      guard let entries = DiskEntry.list(value) else {
        throw .corruptedRecord(table: objects.name, key: digest.key)
      }
      return entries
    }
  }

  /// All rows.
  func rows() throws(StorageError) -> IndexRows {
    try environment.read { (transaction) throws(StorageError) in
      var rows = IndexRows()
      var cursor = try transaction.cursor(over: segments)
      while try cursor.next() {
        guard let number = Self.number(cursor.key), let row = SegmentRow(try cursor.value()) else {
          throw .corruptedRecord(table: segments.name, key: cursor.keyCopy())
        }
        rows.segments.append((number, row))
      }
      var second = try transaction.cursor(over: zones)
      while try second.next() {
        guard let number = Self.number(second.key), let row = ZoneRow(try second.value()) else {
          throw .corruptedRecord(table: zones.name, key: second.keyCopy())
        }
        rows.zones.append((number, row))
      }
      if let next = try transaction.value(at: Self.nextZoneKey.span, in: state),
        let number = Self.number(next)
      {
        rows.nextZone = number
      }
      return rows
    }
  }

  /// Makes `changes` durable, all or none, with the rows that follow from them. Nothing is written if
  /// nothing changes. An entry list that is damaged counts as empty.
  func commit(
    _ changes: [IndexChange], always: Bool, rows: (IndexOutcome) -> IndexRows
  ) throws(StorageError) -> IndexOutcome {
    try environment.write { (transaction) throws(StorageError) in
      var outcome = IndexOutcome()
      for change in changes { try apply(change, to: &transaction, &outcome) }
      guard always || !outcome.isEmpty else { return outcome }
      let rows = rows(outcome)
      for (number, row) in rows.segments {
        try Self.write(row?.bytes, at: number, in: segments, &transaction)
      }
      for (number, row) in rows.zones {
        try Self.write(row?.encoded, at: number, in: zones, &transaction)
      }
      try transaction.put(Self.key(rows.nextZone), at: Self.nextZoneKey, in: state)
      return outcome
    }
  }

  private func apply(
    _ change: IndexChange, to transaction: inout WriteTransaction, _ outcome: inout IndexOutcome
  ) throws(StorageError) {
    let key = change.digest.key
    let before = try entries(at: key, &transaction)
    var after = before
    guard change.apply(to: &after) else { return }
    outcome.note(before: before, after: after)
    if after.isEmpty {
      try transaction.remove(key, in: objects)
    } else {
      var value: [UInt8] = []
      value.reserveCapacity(after.count * DiskEntry.bytes)
      for entry in after { entry.append(to: &value) }
      try transaction.put(value, at: key, in: objects)
    }
  }

  private func entries(
    at key: [UInt8], _ transaction: inout WriteTransaction
  ) throws(StorageError) -> [DiskEntry] {
    do {
      guard let value = try transaction.value(at: key.span, in: objects) else { return [] }
      return DiskEntry.list(value) ?? []
    } catch {
      guard case .corruptedRecord = error else { throw error }
      return []
    }
  }

  /// Entries whose place fails `isThere`, among `DiskLimits.sweepEntries` from `start` on, and where
  /// to go on; nil if that was the end.
  func sweep(
    from start: [UInt8], isThere: (DiskEntry) -> Bool
  ) throws(StorageError) -> (changes: [IndexChange], next: [UInt8]?) {
    try environment.read { (transaction) throws(StorageError) in
      var changes: [IndexChange] = []
      var cursor = try transaction.cursor(over: objects, from: start)
      for _ in 0..<DiskLimits.sweepEntries {
        guard try cursor.next() else { return (changes, nil) }
        guard let digest = DiskDigest(key: cursor.key) else { continue }
        for entry in Self.list(cursor) where !isThere(entry) {
          changes.append(IndexChange(digest: digest, kind: .drop(entry.place)))
        }
      }
      return (changes, try cursor.next() ? cursor.keyCopy() : nil)
    }
  }

  /// The current entries; a damaged list is met again by whoever asks for it.
  private static func list(_ cursor: borrowing StorageCursor) -> [DiskEntry] {
    do { return DiskEntry.list(try cursor.value()) ?? [] } catch { return [] }
  }

  // MARK: - Numbers as keys

  private static func write(
    _ value: [UInt8]?, at number: UInt32, in table: StorageTable,
    _ transaction: inout WriteTransaction
  ) throws(StorageError) {
    if let value {
      try transaction.put(value, at: key(number), in: table)
    } else {
      try transaction.remove(key(number), in: table)
    }
  }

  private static func key(_ number: UInt32) -> [UInt8] {
    var key: [UInt8] = []
    key.append(integer: number.byteSwapped)
    return key
  }

  private static func number(_ key: Span<UInt8>) -> UInt32? {
    key.count == 4 ? key.integer(at: 0, as: UInt32.self).byteSwapped : nil
  }
}
