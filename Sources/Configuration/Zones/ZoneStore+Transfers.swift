// What the store keeps for servers that have copies of zones.

package import DNS
package import NameService
package import Primitives
import Runtime
package import Storage

extension ZoneStore {
  /// A zone that others may have copies of, and the last change that these see.
  package struct ChangedZone: Sendable {
    package let id: ZoneID
    package let name: String
    package let sequence: UInt64
    package let time: WallTime
    package let isSigned: Bool
    /// Whether it has secondaries, which are told.
    package let isTold: Bool
    /// Bytes of what is stored of it.
    package let bytes: Int

    /// Whether who has a copy is to fetch it again for its signatures. Zones that were changed at once
    /// are not due at once.
    package func needsRenewal(_ now: WallTime) -> Bool {
      guard isSigned else { return false }
      var hash = (id.high ^ id.low) &* 0x9e37_79b9_7f4a_7c15
      hash = (hash ^ hash >> 32) &* 0xff51_afd7_ed55_8ccd
      let early = Int64((hash >> 33) % UInt64(ZonesLimits.resigningSpreadSeconds))
      return time.seconds + ZonesLimits.resigningSeconds - early <= now.seconds
    }
  }

  /// The zone `id` if others may have copies of it.
  package func copiedZone(_ id: ZoneID) throws(StorageError) -> ChangedZone? {
    let key = ZoneKeys.key(id)
    return try environment.read { (state) throws(StorageError) in
      guard let found = try state.value(at: key.span, in: tables.transfers) else { return nil }
      return try changedZone(id, found, state)
    }
  }

  /// Up to `limit` zones that others may have copies of, those behind `id`, in the order of their
  /// identities.
  package func copiedZones(
    after id: ZoneID?, limit: Int
  ) throws(StorageError) -> [ChangedZone] {
    try environment.read { (state) throws(StorageError) in
      var found: [ChangedZone] = []
      var cursor = try state.cursor(over: tables.transfers, from: id.map { ZoneKeys.key($0) })
      while found.count < limit, try cursor.next() {
        let key = cursor.keyCopy()
        guard let zone = ZoneKeys.id(key.span), zone != id,
          let change = try changedZone(zone, try cursor.value(), state)
        else { continue }
        found.append(change)
      }
      return found
    }
  }

  private func changedZone(
    _ id: ZoneID, _ value: Span<UInt8>, _ state: borrowing ReadTransaction
  ) throws(StorageError) -> ChangedZone? {
    guard value.count >= 17,
      let record = try state.value(at: ZoneKeys.key(id).span, in: tables.zones),
      let name = ZoneRecord.readName(record)
    else { return nil }
    return ChangedZone(
      id: id, name: name, sequence: ZoneKeys.number(value),
      time: WallTime(seconds: Int64(truncatingIfNeeded: ZoneKeys.number(value, at: 8))),
      isSigned: value[16] & 1 != 0, isTold: value[16] & 2 != 0,
      bytes: record.count)
  }

  /// What has changed of the zone `id` from the serial number `old` to `new`, change by change; nil if
  /// that is not known (any more).
  package func differences(
    of id: ZoneID, from old: SerialNumber, to new: SerialNumber
  ) throws(StorageError) -> RecordList? {
    try environment.read { (state) throws(StorageError) in
      var list = RecordList()
      var next: SerialNumber?
      var cursor = try state.cursor(over: tables.journal, prefix: ZoneKeys.key(id))
      while next != new, try cursor.next() {
        guard let line = JournalLine(try cursor.value()) else { return nil }
        guard line.from == next ?? old else {
          if next == nil { continue }
          return nil
        }
        list.append(line.differences)
        next = line.to
      }
      return next == new ? list : nil
    }
  }

  // MARK: - Writing

  /// Notes the last change that others see who have copies, and keeps what has changed for them.
  func keepForSecondaries(
    _ entry: ZoneChangeSet.Entry, _ sequence: UInt64, _ change: inout WriteTransaction
  ) throws(StorageError) {
    let key = ZoneKeys.key(entry.id)
    let new = entry.new?.zone.records == nil ? nil : entry.new
    let transfers = new?.zone.transfers
    let hasReaders = transfers?.hasReaders == true
    if hasReaders {
      // Secondaries that are new are told as well.
      if entry.changesNames || entry.renewsSerial || entry.before?.transfers != transfers {
        let seconds = UInt64(bitPattern: SystemClock.wall.seconds)
        let isTold = transfers?.secondaries.isEmpty == false
        let flags: UInt8 = (entry.new?.zone.signingKeys != nil ? 1 : 0) | (isTold ? 2 : 0)
        let value = ZoneKeys.key(sequence) + ZoneKeys.key(seconds) + [flags]
        try change.put(value, at: key, in: tables.transfers)
      }
    } else if entry.old != nil {
      try change.remove(key, in: tables.transfers)
    }
    try keepSerial(entry, sequence, &change)
    try keepDifferences(entry, sequence, hasReaders: hasReaders, &change)
  }

  private func keepDifferences(
    _ entry: ZoneChangeSet.Entry, _ sequence: UInt64, hasReaders: Bool,
    _ change: inout WriteTransaction
  ) throws(StorageError) {
    // Signatures change by themselves: there are no differences between signed zones.
    guard hasReaders, let before = entry.before, let new = entry.new,
      let records = new.zone.records, before.signingKeys == nil, new.zone.signingKeys == nil
    else {
      if entry.old != nil { try trimJournal(of: entry.id, count: 0, bytes: 0, &change) }
      return
    }
    guard records != before.records else { return }
    let limit = max(
      NameServiceLimits.leastJournalBytes,
      min(NameServiceLimits.journalBytes, records.bytes.count))
    let old = before.records.hasSettledSerial ? before.records : nil
    guard let list = old?.differences(to: records, limitBytes: limit) else {
      return try trimJournal(of: entry.id, count: 0, bytes: 0, &change)
    }
    let line = JournalLine(from: before.records.serial, to: records.serial, differences: list)
    let bytes = line.bytes
    try trimJournal(
      of: entry.id, count: NameServiceLimits.journalDifferences - 1,
      bytes: limit - list.bytes.count,
      &change)
    try change.put(
      bytes, at: ZoneKeys.key(entry.id) + ZoneKeys.key(sequence), in: tables.journal)
  }

  /// Takes the oldest lines of a zone out, so that `count` lines and `bytes` bytes at most stay.
  private func trimJournal(
    of id: ZoneID, count: Int, bytes: Int, _ change: inout WriteTransaction
  ) throws(StorageError) {
    guard try change.count(of: tables.journal) > 0 else { return }
    var keys: [[UInt8]] = []
    var sizes: [Int] = []
    do {
      var cursor = try change.cursor(over: tables.journal, prefix: ZoneKeys.key(id))
      while try cursor.next() {
        keys.append(cursor.keyCopy())
        sizes.append(try cursor.value().count)
      }
    }
    var total = sizes.reduce(0, +)
    var rest = keys.count
    for (key, size) in zip(keys, sizes) where rest > count || total > bytes {
      try change.remove(key, in: tables.journal)
      total -= size
      rest -= 1
    }
  }
}
