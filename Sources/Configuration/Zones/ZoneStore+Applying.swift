// Changing zones: validated whole, all or nothing.

import ConfigurationTree
import DNS
import Primitives
import Runtime
import Storage

extension ZoneStore {
  /// Makes all of `changes` or none. Every fault is found at once: `ZoneStoreError.invalid`.
  ///
  /// Each zone that changes takes one number of the sequence; what is the same already takes none.
  /// When this returns, the change is on the disk, and every reader in every process sees it.
  @discardableResult package func apply(
    _ changes: [ZoneChange]
  ) throws(ZoneStoreError) -> AppliedChanges {
    try apply(changes, check: check, sequenceFloor: 0)
  }

  /// As `apply`, with another check, and with sequence numbers above `sequenceFloor`.
  func apply(
    _ changes: [ZoneChange], check: CertificateCheck?, sequenceFloor: UInt64,
    now: WallTime = SystemClock.wall
  ) throws(ZoneStoreError) -> AppliedChanges {
    try environment.write { (change) throws(ZoneStoreError) in
      try apply(changes, check, sequenceFloor, now, &change)
    }
  }

  func apply(
    _ changes: [ZoneChange], _ check: CertificateCheck?, _ sequenceFloor: UInt64,
    _ now: WallTime, _ change: inout WriteTransaction
  ) throws(ZoneStoreError) -> AppliedChanges {
    let applied: Result<AppliedChanges, RefusedChanges>
    do throws(StorageError) {
      applied = try attempt(changes, check, sequenceFloor, now, &change)
    } catch {
      throw .storage(error)
    }
    switch applied {
    case .success(let result): return result
    case .failure(let refused): throw .invalid(refused.faults)
    }
  }

  /// Why changes are refused.
  private struct RefusedChanges: Error {
    let faults: [ConfigurationFault]
  }

  private func attempt(
    _ changes: [ZoneChange], _ check: CertificateCheck?, _ sequenceFloor: UInt64,
    _ now: WallTime, _ change: inout WriteTransaction
  ) throws(StorageError) -> Result<AppliedChanges, RefusedChanges> {
    var set = ZoneChangeSet(capacity: changes.count, now: now)
    for asked in changes {
      try set.take(asked) { (id) throws(StorageError) in
        let key = ZoneKeys.key(id)
        guard let record = try change.copy(of: key, in: tables.zones) else { return nil }
        return ZoneChangeSet.Stored(record: record, keys: try change.copy(of: key, in: tables.keys))
      }
    }
    set.checkLostKeys()
    try set.finish(after: max(try lastSequence(change), sequenceFloor)) {
      (name) throws(StorageError) in
      try change.copy(of: ZoneKeys.serial(name), in: tables.meta).map {
        SerialNumber(UInt32(truncatingIfNeeded: ZoneKeys.number($0.span)))
      }
    }
    if let check { validate(&set, check) }
    var index = HostnameIndex(tables)
    try index.write(&set, &change)
    guard set.faults.isEmpty else { return .failure(RefusedChanges(faults: set.faults)) }
    try write(set.entries, now, &change)
    return .success(try log(set.entries, sequenceFloor, &change))
  }

  private func validate(_ set: inout ZoneChangeSet, _ check: CertificateCheck) {
    for entry in set.entries {
      guard let new = entry.new else { continue }
      for fault in ZoneValidation.faults(of: new.zone, check) { set.note(fault, under: entry.path) }
    }
  }

  /// Writes zones and keys, in the order of their identities: LMDB is fastest so.
  private func write(
    _ entries: [ZoneChangeSet.Entry], _ now: WallTime, _ change: inout WriteTransaction
  ) throws(StorageError) {
    let isEmpty = try change.count(of: tables.zones) == 0
    for entry in entries.sorted(by: { $0.id < $1.id }) {
      let key = ZoneKeys.key(entry.id)
      try scheduleKeys(entry, now: now, &change)
      guard entry.new != nil else {
        try change.remove(key, in: tables.zones)
        try change.remove(key, in: tables.keys)
        continue
      }
      if isEmpty {
        try change.append(entry.record, at: key, in: tables.zones)
      } else {
        try change.put(entry.record, at: key, in: tables.zones)
      }
      if let keys = entry.keys {
        try change.put(keys, at: key, in: tables.keys)
      } else if entry.old?.keys != nil {
        try change.remove(key, in: tables.keys)
      }
    }
  }

  /// Numbers the changes, writes them to the log, and takes the oldest out of it.
  private func log(
    _ entries: [ZoneChangeSet.Entry], _ sequenceFloor: UInt64, _ change: inout WriteTransaction
  ) throws(StorageError) -> AppliedChanges {
    let first = max(try lastSequence(change), sequenceFloor)
    var sequence = first
    var records: [ZoneChangeRecord] = []
    records.reserveCapacity(entries.count)
    for entry in entries {
      sequence += 1
      let kind: ZoneChangeRecord.Kind =
        entry.new == nil ? .removed : entry.old == nil ? .added : .changed
      let name =
        entry.new?.zone.name ?? entry.old.flatMap { ZoneRecord.readName($0.record.span) } ?? ""
      // A domain is one zone's, as its name shows; so is the answer to queries for it.
      if let new = entry.new, new.zone.records != nil {
        try change.put(
          ZoneKeys.key(entry.id) + ZoneKeys.key(sequence), at: ApexKeys.key(name: new.zone.name),
          in: tables.apexes)
      }
      try keepForSecondaries(entry, sequence, &change)
      let purge = try void(entry, sequence, &change)
      let record = ZoneChangeRecord(
        sequence: sequence, zone: entry.id, name: name, kind: kind, purge: purge)
      // The log of a great load is longer than what is kept: its beginning is not even written.
      if entries.count - Int(sequence - first) < changesKept {
        try change.append(
          ChangeLog.write(record), at: ZoneKeys.key(sequence), in: tables.changes)
      }
      records.append(record)
    }
    if !entries.isEmpty || sequenceFloor > 0 {
      try change.put(ZoneKeys.key(sequence), at: ZoneKeys.sequence, in: tables.meta)
    }
    if sequenceFloor > 0 {
      // What was purged since the export is not known: all that was stored then may be.
      try change.put(ZoneKeys.key(first), at: ZoneKeys.purgeFloor, in: tables.meta)
    }
    try change.put([ZoneStore.format], at: ZoneKeys.format, in: tables.meta)
    try trim(tables.changes, &change)
    return AppliedChanges(sequence: sequence, changes: records)
  }

  func lastSequence(_ change: borrowing WriteTransaction) throws(StorageError) -> UInt64 {
    guard let found = try change.copy(of: ZoneKeys.sequence, in: tables.meta) else { return 0 }
    return ZoneKeys.number(found.span)
  }
}
