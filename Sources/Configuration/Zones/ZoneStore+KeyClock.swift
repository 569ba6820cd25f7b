// Waits of key rollovers when the clock is set, and keys that came without times.

import NameService
package import Primitives
package import Storage

extension ZoneStore {
  /// By how many seconds the clock was set since it was noted here last, as `ClockReading.jump` tells it; nil if
  /// nothing is to be done for that. At first it is 0: keys that earlier versions stored have no times.
  package func clockJump(_ reading: ClockReading) throws(StorageError) -> Int64? {
    let stored = try environment.read { (state) throws(StorageError) in
      try state.copy(of: ZoneKeys.keyClock, in: tables.meta)
    }
    guard let stored, let earlier = ClockReading(stored.span) else { return 0 }
    let jump = reading.jump(since: earlier)
    guard jump == 0 else { return jump }
    if earlier.boot != reading.boot { try note(reading) }
    return nil
  }

  /// Everything was done for the keys of all zones that the clock asks for.
  package func note(_ reading: ClockReading) throws(StorageError) {
    try environment.write { (change) throws(StorageError) in
      try change.put(reading.bytes, at: ZoneKeys.keyClock, in: tables.meta)
    }
  }

  /// Has the waits of keys go on as if the clock had not been set: of up to `limit` rows of keys, those behind `id`.
  /// `jump` are the seconds that it was set forward, or back. Keys without times get them. The last row that
  /// was looked at; nil if there are no more.
  package func settleKeys(
    after id: ZoneID?, limit: Int, jump: Int64, now: WallTime
  ) throws(StorageError) -> (last: ZoneID?, renewal: Renewal) {
    let rows = try signedRows(after: id, limit: limit)
    var changes: [ZoneChange] = []
    for row in rows where row.isSigned {
      // What can't be read is told of when it is asked for.
      guard let zone = try readableZone(row.id), let keys = zone.signingKeys else { continue }
      var moved = keys
      moved.move(by: jump, now: now)
      if moved != keys { changes.append(.keys(row.id, .clock(jump))) }
    }
    let last = rows.count == limit ? rows.last?.id : nil
    return (last, oneByOneIfNeeded(changes, now: now))
  }

  private func readableZone(_ id: ZoneID) throws(StorageError) -> ZoneConfiguration? {
    do throws(StorageError) { return try configurationWithKeys(of: id) } catch {
      guard case .recordVersion = error else { throw error }
      return nil
    }
  }

  private func signedRows(
    after id: ZoneID?, limit: Int
  ) throws(StorageError) -> [(id: ZoneID, isSigned: Bool)] {
    try environment.read { (state) throws(StorageError) in
      var rows: [(id: ZoneID, isSigned: Bool)] = []
      var cursor = try state.cursor(over: tables.keys, from: id.map { ZoneKeys.key($0) })
      while rows.count < limit, try cursor.next() {
        guard let own = ZoneKeys.id(cursor.key), own != id else { continue }
        rows.append((own, ZoneRecord.hasSigningKeys(try cursor.value())))
      }
      return rows
    }
  }
}
