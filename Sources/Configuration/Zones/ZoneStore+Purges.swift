// Purges: numbered and kept with the changes of zones.

package import Cache
import ConfigurationTree
package import Primitives
package import Storage

extension ZoneStore {
  /// Writes a purge of a zone: in the log, for servers that were away, and beside the zone, for what is
  /// stored longer than the log reaches back. All of it or nothing; when this returns, it is on the disk.
  /// Throws `ZoneStoreError.invalid` if there is no such zone.
  package func purge(_ id: ZoneID, _ purge: Purge) throws(ZoneStoreError) -> AppliedPurge {
    let applied: AppliedPurge?
    do throws(StorageError) {
      applied = try environment.write { (change) throws(StorageError) in
        try write(purge, of: id, &change)
      }
    } catch {
      throw .storage(error)
    }
    guard let applied else {
      throw .invalid([
        ConfigurationFault(
          path: "id", problem: "is \(id), and there is no such zone",
          remedy: "List the zones to see their identities.")
      ])
    }
    return applied
  }

  /// What is kept of the purges of a zone. Takes a tenth of a second with very many.
  package func purges(of id: ZoneID) throws(StorageError) -> StoredPurges {
    try environment.read { (state) throws(StorageError) in
      var stored = StoredPurges()
      let key = PurgeTableKeys.key(id, .state, 0)
      if let found = try state.value(at: key.span, in: tables.purges) {
        let own = PurgeState(found)
        stored = StoredPurges(sequence: own.sequence, floor: own.floor)
      }
      var marks = try state.cursor(
        over: tables.purges, prefix: PurgeTableKeys.prefix(id, .mark))
      while try marks.next() {
        stored.marks.append(
          (PurgeTableKeys.hash(marks.key), PurgeTableKeys.mark(try marks.value())))
      }
      var prefixes = try state.cursor(
        over: tables.purges, prefix: PurgeTableKeys.prefix(id, .prefix))
      while try prefixes.next() {
        let value = try prefixes.valueCopy()
        stored.prefixes.append(
          (Array(value.dropFirst(PurgeTableKeys.markBytes)), PurgeTableKeys.mark(value.span)))
      }
      if let found = try state.copy(of: ZoneKeys.purgeFloor, in: tables.meta) {
        let floor = ZoneKeys.number(found.span)
        stored.floor.hard = max(stored.floor.hard, floor)
        stored.sequence = max(stored.sequence, floor)
      }
      return stored
    }
  }

  /// Forgets the purges of a zone that is no more. If it comes back, what was stored of it is void.
  func endPurges(
    of id: ZoneID, at sequence: UInt64, _ change: inout WriteTransaction
  ) throws(StorageError) {
    try removePurges(of: id, &change)
    var state = PurgeState()
    state.sequence = sequence
    state.floor.hard = sequence
    try change.put(state.bytes, at: PurgeTableKeys.key(id, .state, 0), in: tables.purges)
  }

  private func removePurges(
    of id: ZoneID, _ change: inout WriteTransaction
  ) throws(StorageError) {
    for key in try purgeKeys(ZoneKeys.key(id), change) {
      try change.remove(key, in: tables.purges)
    }
  }

  // MARK: - Writing

  private func write(
    _ purge: Purge, of id: ZoneID, _ change: inout WriteTransaction
  ) throws(StorageError) -> AppliedPurge? {
    guard let zone = try change.copy(of: ZoneKeys.key(id), in: tables.zones) else { return nil }
    let name = ZoneRecord.readName(zone.span) ?? ""
    var sequence = try lastSequence(change)
    var records: [ZoneChangeRecord] = []
    for part in purge.parts {
      sequence += 1
      let record = ZoneChangeRecord(
        sequence: sequence, zone: id, name: name, kind: .purged, purge: part)
      try change.append(ChangeLog.write(record), at: ZoneKeys.key(sequence), in: tables.changes)
      records.append(record)
    }
    try change.put(ZoneKeys.key(sequence), at: ZoneKeys.sequence, in: tables.meta)
    try trimLog(last: sequence, &change)
    let key = PurgeTableKeys.key(id, .state, 0)
    var state = PurgeState()
    if let found = try change.copy(of: key, in: tables.purges) { state = PurgeState(found.span) }
    let folds = state.folds
    for record in records {
      if let part = record.purge { try keep(part, record.sequence, of: id, &state, &change) }
    }
    state.sequence = sequence
    try change.put(state.bytes, at: key, in: tables.purges)
    return AppliedPurge(
      changes: AppliedChanges(sequence: sequence, changes: records),
      kept: state.marks + state.prefixes,
      foldedUpTo: state.folds == folds ? nil : state.floor.hard)
  }

  private func keep(
    _ purge: Purge, _ sequence: UInt64, of id: ZoneID, _ state: inout PurgeState,
    _ change: inout WriteTransaction
  ) throws(StorageError) {
    let mark = StoredPurges.Mark(
      hard: purge.isSoft ? 0 : sequence, soft: purge.isSoft ? sequence : 0, softTime: purge.time)
    if purge.isEverything {
      state.floor.merge(mark)
      // What was void or stale before is void now.
      if !purge.isSoft {
        try removePurges(of: id, &change)
        (state.marks, state.prefixes) = (0, 0)
      }
    }
    for item in purge.items {
      if case .prefix(let text) = item {
        let isNew = try keep(mark, at: PurgeTableKeys.key(id, .prefix, item.hash), text, &change)
        if isNew { state.prefixes += 1 }
      } else {
        let isNew = try keep(mark, at: PurgeTableKeys.key(id, .mark, item.hash), [], &change)
        if isNew { state.marks += 1 }
      }
    }
    if state.marks > CacheLimits.purges {
      state.marks -= try fold(PurgeTableKeys.prefix(id, .mark), &state, &change)
    }
    if state.prefixes > CacheLimits.purgePrefixes {
      state.prefixes -= try fold(PurgeTableKeys.prefix(id, .prefix), &state, &change)
    }
  }

  /// Whether there was no purge of it before.
  private func keep(
    _ mark: StoredPurges.Mark, at key: [UInt8], _ text: [UInt8], _ change: inout WriteTransaction
  ) throws(StorageError) -> Bool {
    let present = try change.copy(of: key, in: tables.purges)
    var merged = mark
    if let present { merged.merge(PurgeTableKeys.mark(present.span)) }
    try change.put(PurgeTableKeys.bytes(merged) + text, at: key, in: tables.purges)
    return present == nil
  }

  /// Gives up the older half of the purges below `prefix`: the latest of them counts for everything.
  /// Returns how many these were.
  private func fold(
    _ prefix: [UInt8], _ state: inout PurgeState, _ change: inout WriteTransaction
  ) throws(StorageError) -> Int {
    var marks: [(key: [UInt8], mark: StoredPurges.Mark)] = []
    for key in try purgeKeys(prefix, change) {
      guard let value = try change.value(at: key.span, in: tables.purges) else { continue }
      marks.append((key, PurgeTableKeys.mark(value)))
    }
    marks.sort { $0.mark.latest < $1.mark.latest }
    let older = marks.prefix(marks.count / 2)
    for (key, mark) in older {
      state.floor.merge(mark)
      try change.remove(key, in: tables.purges)
    }
    state.folds += 1
    return older.count
  }

  private func purgeKeys(
    _ prefix: [UInt8], _ change: borrowing WriteTransaction
  ) throws(StorageError) -> [[UInt8]] {
    var keys: [[UInt8]] = []
    var cursor = try change.cursor(over: tables.purges, prefix: prefix)
    while try cursor.next() { keys.append(cursor.keyCopy()) }
    return keys
  }
}

extension Purge {
  /// This purge in parts that are lines of the log.
  fileprivate var parts: [Purge] {
    var parts: [Purge] = []
    var rest = items[...]
    repeat {
      var part = self
      part.items = []
      var bytes = 0
      while let item = rest.first, part.items.count < ZonesLimits.purgeItemsPerChange {
        if case .prefix(let text) = item { bytes += text.count }
        if bytes > ZonesLimits.purgePrefixBytesPerChange, !part.items.isEmpty { break }
        part.items.append(item)
        rest.removeFirst()
      }
      parts.append(part)
    } while !rest.isEmpty
    return parts
  }
}
