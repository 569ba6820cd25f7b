// What the store keeps for servers that have copies of zones.

package import DNS
package import NameService
package import Primitives
import Runtime
package import Storage

extension ZoneStore {
  /// A zone that has secondaries, and the last change that these see.
  package struct ChangedZone: Sendable {
    package let id: ZoneID
    package let name: String
    package let sequence: UInt64
    package let time: WallTime
    package let isSigned: Bool
  }

  /// The zone `id` if it has secondaries.
  package func secondariesChange(of id: ZoneID) throws(StorageError) -> ChangedZone? {
    let key = ZoneKeys.key(id)
    return try environment.read { (state) throws(StorageError) in
      guard let found = try state.value(at: key.span, in: tables.transfers) else { return nil }
      return try changedZone(id, found, state)
    }
  }

  /// Up to `limit` zones that have secondaries, those behind `id`, in the order of their identities.
  package func zonesWithSecondaries(
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
      isSigned: value[16] != 0)
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

  /// Notes what secondaries must be told of a change, and keeps what has changed for them.
  func keepForSecondaries(
    _ entry: ZoneChangeSet.Entry, _ sequence: UInt64, _ change: inout WriteTransaction
  ) throws(StorageError) {
    let key = ZoneKeys.key(entry.id)
    let transfers = entry.new?.records == nil ? nil : entry.new?.transfers
    let isTold = transfers?.secondaries.isEmpty == false
    if isTold {
      // Secondaries that are new are told as well.
      if entry.changesNames || entry.renewsSerial || entry.before?.transfers != transfers {
        let seconds = UInt64(bitPattern: SystemClock.wall.seconds)
        let value =
          ZoneKeys.key(sequence) + ZoneKeys.key(seconds) + [entry.new?.isSigned == true ? 1 : 0]
        try change.put(value, at: key, in: tables.transfers)
      }
    } else if entry.old != nil {
      try change.remove(key, in: tables.transfers)
    }
    try keepDifferences(entry, sequence, hasReaders: transfers?.hasReaders == true, &change)
  }

  private func keepDifferences(
    _ entry: ZoneChangeSet.Entry, _ sequence: UInt64, hasReaders: Bool,
    _ change: inout WriteTransaction
  ) throws(StorageError) {
    // Signatures change by themselves: there are no differences between signed zones.
    guard hasReaders, let before = entry.before, let records = entry.new?.records,
      before.signingKey == nil, entry.new?.signingKey == nil
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

/// One line of a zone's journal: what changed from one serial number to the next.
struct JournalLine {
  let from: SerialNumber
  let to: SerialNumber
  let differences: RecordList

  init(from: SerialNumber, to: SerialNumber, differences: RecordList) {
    self.from = from
    self.to = to
    self.differences = differences
  }

  /// Nil if `bytes` hold none.
  init?(_ bytes: Span<UInt8>) {
    guard bytes.count >= 16 else { return nil }
    from = SerialNumber(UInt32(truncatingIfNeeded: ZoneKeys.number(bytes)))
    to = SerialNumber(UInt32(truncatingIfNeeded: ZoneKeys.number(bytes, at: 8)))
    var rest: [UInt8] = []
    rest.append(bytes.extracting(16..<bytes.count))
    guard let list = RecordList(checking: rest) else { return nil }
    differences = list
  }

  var bytes: [UInt8] {
    ZoneKeys.key(UInt64(from.value)) + ZoneKeys.key(UInt64(to.value)) + differences.bytes
  }
}
