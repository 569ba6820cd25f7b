// The log of changes: those of zones, and purges beside them.

import Primitives
package import Storage

extension ZoneStore {
  /// What changed after `sequence`, at most `limit` changes; nil if the log does not reach back so
  /// far, and everything must be read anew.
  package func changes(
    after sequence: UInt64, limit: Int = 10_000
  ) throws(StorageError) -> [ZoneChangeRecord]? {
    try environment.read { (state) throws(StorageError) in
      guard let zones = try zoneChanges(after: sequence, limit: limit, state) else { return nil }
      // Purges come far more often: their log has all that there were, or reaches back less far.
      if try state.count(of: tables.purgeLog) >= changesKept,
        try oldest(of: tables.purgeLog, state) > sequence + 1
      {
        return nil
      }
      let purges = try records(of: tables.purgeLog, from: sequence + 1, limit: limit, state)
      let all = (zones + purges).sorted { $0.sequence < $1.sequence }
      return Array(all.prefix(limit))
    }
  }

  /// What changed of zones after `sequence`, without purges; nil as `changes(after:)`. Purges never
  /// make this log forget.
  func zoneChanges(
    after sequence: UInt64, limit: Int, _ state: borrowing ReadTransaction
  ) throws(StorageError) -> [ZoneChangeRecord]? {
    let last = try lastSequence(state)
    if sequence == last { return [] }
    // A number from the future belongs to a store that was since restored from an export, and one from
    // before the oldest change to one that had others.
    guard sequence < last, try oldest(of: tables.changes, state) <= sequence + 1 else { return nil }
    return try records(of: tables.changes, from: sequence + 1, limit: limit, state)
  }

  /// Takes the oldest out of a log that has too many.
  func trim(_ log: StorageTable, _ change: inout WriteTransaction) throws(StorageError) {
    let surplus = try change.count(of: log) - changesKept
    guard surplus > 0 else { return }
    for key in try oldest(surplus, of: log, change) { try change.remove(key, in: log) }
  }

  private func oldest(
    _ count: Int, of log: StorageTable, _ change: borrowing WriteTransaction
  ) throws(StorageError) -> [[UInt8]] {
    var keys: [[UInt8]] = []
    var cursor = try change.cursor(over: log)
    while keys.count < count, try cursor.next() { keys.append(cursor.keyCopy()) }
    return keys
  }

  /// The number of the first record; as large as can be if there is none.
  private func oldest(
    of log: StorageTable, _ state: borrowing ReadTransaction
  ) throws(StorageError) -> UInt64 {
    var cursor = try state.cursor(over: log)
    return try cursor.next() ? ZoneKeys.number(cursor.key) : .max
  }

  private func records(
    of log: StorageTable, from first: UInt64, limit: Int, _ state: borrowing ReadTransaction
  ) throws(StorageError) -> [ZoneChangeRecord] {
    var records: [ZoneChangeRecord] = []
    var cursor = try state.cursor(over: log, from: ZoneKeys.key(first))
    while records.count < limit, try cursor.next() {
      let number = ZoneKeys.number(cursor.key)
      guard let record = ChangeLog.read(try cursor.value(), sequence: number) else { continue }
      records.append(record)
    }
    return records
  }
}
