// Serial numbers of names that have no DNS any more.

import DNS
import Primitives
import Storage

extension ZoneStore {
  /// Keeps the last serial number of a name without DNS until it has some again, or many others have gone after
  /// it.
  func keepSerial(
    _ entry: ZoneChangeSet.Entry, _ sequence: UInt64, _ change: inout WriteTransaction
  ) throws(StorageError) {
    if let lost = entry.lostSerial {
      try forgetSerial(of: lost.name, &change)
      let number = UInt64(lost.serial.value)
      try change.put(
        ZoneKeys.key(number) + ZoneKeys.key(sequence), at: ZoneKeys.serial(lost.name),
        in: tables.meta)
      try change.put(
        Array(lost.name.utf8), at: ZoneKeys.lostSerial(sequence, lost.name), in: tables.meta)
      let count = try lostSerialCount(change) + 1
      try setLostSerialCount(count, &change)
      if count > lostSerialLimit { try forgetOldestSerial(&change) }
    } else if entry.hasFoundSerial, let name = entry.new?.zone.name {
      try forgetSerial(of: name, &change)
    }
  }

  private func lostSerialCount(_ change: borrowing WriteTransaction) throws(StorageError) -> Int {
    let value = try change.copy(of: ZoneKeys.lostSerialCount, in: tables.meta)
    return value.map { Int(truncatingIfNeeded: ZoneKeys.number($0.span)) } ?? 0
  }

  private func setLostSerialCount(
    _ count: Int, _ change: inout WriteTransaction
  ) throws(StorageError) {
    try change.put(
      ZoneKeys.key(UInt64(max(0, count))), at: ZoneKeys.lostSerialCount, in: tables.meta)
  }

  private func forgetSerial(
    of name: String, _ change: inout WriteTransaction
  ) throws(StorageError) {
    guard let value = try change.copy(of: ZoneKeys.serial(name), in: tables.meta) else { return }
    try change.remove(ZoneKeys.serial(name), in: tables.meta)
    // Those of earlier versions have no order, and are not counted.
    guard value.count >= 16 else { return }
    let sequence = ZoneKeys.number(value.span, at: 8)
    try change.remove(ZoneKeys.lostSerial(sequence, name), in: tables.meta)
    try setLostSerialCount(try lostSerialCount(change) - 1, &change)
  }

  private func forgetOldestSerial(_ change: inout WriteTransaction) throws(StorageError) {
    var oldest: String?
    do {
      var cursor = try change.cursor(over: tables.meta, prefix: ZoneKeys.lostSerial)
      if try cursor.next() {
        var name: [UInt8] = []
        name.append(try cursor.value())
        oldest = String(decoding: name, as: UTF8.self)
      }
    }
    if let oldest { try forgetSerial(of: oldest, &change) }
  }
}
