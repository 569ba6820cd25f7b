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
    try environment.read { (reading) throws(StorageError) in
      var stored = StoredPurges()
      if let found = try reading.value(at: PurgeTableKeys.state(id).span, in: tables.purges) {
        let state = PurgeState(found)
        stored = StoredPurges(sequence: state.sequence, floor: state.floor)
        stored.old = try marks(of: id, state.generation - 1, reading)
        stored.young = try marks(of: id, state.generation, reading)
      }
      var prefixes = try reading.cursor(
        over: tables.purges, prefix: PurgeTableKeys.prefix(id, .prefix))
      while try prefixes.next() {
        let value = try prefixes.valueCopy()
        stored.prefixes.append(
          (Array(value.dropFirst(PurgeTableKeys.markBytes)), PurgeTableKeys.mark(value.span)))
      }
      if let found = try reading.copy(of: ZoneKeys.purgeFloor, in: tables.meta) {
        let floor = ZoneKeys.number(found.span)
        stored.floor.hard = max(stored.floor.hard, floor)
        stored.sequence = max(stored.sequence, floor)
      }
      return stored
    }
  }

  /// How many purges of a zone are kept: what `purges(of:)` takes time for.
  package func purgeCount(of id: ZoneID) throws(StorageError) -> Int {
    try environment.read { (reading) throws(StorageError) in
      guard let found = try reading.value(at: PurgeTableKeys.state(id).span, in: tables.purges)
      else { return 0 }
      return PurgeState(found).marks
    }
  }

  private func marks(
    of id: ZoneID, _ generation: UInt64, _ reading: borrowing ReadTransaction
  ) throws(StorageError) -> [StoredPurges.Item] {
    var items: [StoredPurges.Item] = []
    var marks = try reading.cursor(
      over: tables.purges, prefix: PurgeTableKeys.marks(id, generation))
    while try marks.next() {
      items.append((PurgeTableKeys.hash(marks.key), PurgeTableKeys.mark(try marks.value())))
    }
    return items
  }

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
      try change.append(ChangeLog.write(record), at: ZoneKeys.key(sequence), in: tables.purgeLog)
      records.append(record)
    }
    try change.put(ZoneKeys.key(sequence), at: ZoneKeys.sequence, in: tables.meta)
    try trim(tables.purgeLog, &change)
    var state = try purgeState(of: id, change)
    var floor = state.floor
    for record in records {
      guard let part = record.purge else { continue }
      try keep(part, record.sequence, of: id, &state, &change)
      if part.isEverything { floor = state.floor }
    }
    try put(state, of: id, &change)
    return AppliedPurge(
      changes: AppliedChanges(sequence: sequence, changes: records),
      kept: state.marks + state.prefixes,
      voidBefore: state.floor.hard > floor.hard ? state.floor.hard : nil,
      staleBefore: state.floor.soft > floor.soft ? state.floor.soft : nil)
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
