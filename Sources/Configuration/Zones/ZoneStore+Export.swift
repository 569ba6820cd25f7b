// Exports: written beside the store, so that a damaged store can be rebuilt.

import NameService
import Primitives
package import Storage

extension ZoneStore {
  /// The export that `exportIfNeeded` writes and `open` rebuilds from.
  package var exportPath: String { Self.exportPath(in: directory) }

  static func exportPath(in directory: String) -> String { directory + "/zones.export" }

  /// Held while the export is written: two processes may serve the store during an upgrade, and what
  /// is read before the other's change must not be written behind it.
  private func inTurn<Result>(
    _ body: () throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    let turn = try FileLock(exportPath + ".lock")
    let result = try body()
    _ = consume turn
    return result
  }

  /// What is known of the export on the disk: this much of it was written, up to this change.
  struct Exported: Equatable {
    var sequence: UInt64
    var bytes: Int
    /// The part of it that holds all zones; behind it changes were added.
    var wholeBytes: Int
  }

  /// Writes all zones with their keys to `path`, in place of what is there, all at once. Returns
  /// the sequence number that it holds. Takes time with many zones: not on a loop.
  @discardableResult package func export(to path: String) throws(StorageError) -> UInt64 {
    try inTurn { () throws(StorageError) in try exportAll(to: path) }.sequence
  }

  private func exportAll(to path: String) throws(StorageError) -> Exported {
    let exported = try environment.read { (state) throws(StorageError) in
      let sequence = try lastSequence(state)
      var writer = try ZoneExport.Writer(
        path: path, sequence: sequence, count: try state.count(of: tables.zones))
      var cursor = try state.cursor(over: tables.zones)
      while try cursor.next() {
        guard let id = ZoneKeys.id(cursor.key) else { continue }
        let keys = try state.copy(of: cursor.keyCopy(), in: tables.keys)
        try writer.append(ZoneExport.Item(id: id, record: try cursor.valueCopy(), keys: keys))
      }
      let bytes = try writer.commit()
      return Exported(sequence: sequence, bytes: bytes, wholeBytes: bytes)
    }
    environment.releasePages()
    return exported
  }

  /// Brings the store's export up to date if anything changed since the last; returns whether it
  /// did. The caller decides how often; between two calls an export may lag behind.
  ///
  /// What changed is added to the file; everything is written anew when the additions have grown.
  /// So a change costs the same however many zones there are.
  @discardableResult package func exportIfNeeded() throws(StorageError) -> Bool {
    try inTurn { () throws(StorageError) in try bringExportUpToDate() }
  }

  private func bringExportUpToDate() throws(StorageError) -> Bool {
    let current = try sequence()
    var known = exported.withLock { $0 }
    if known == nil { known = try found(current) }
    let isNeeded = known?.sequence != current
    if isNeeded {
      var written: Exported?
      if let known { written = try add(to: known) }
      if written == nil { written = try exportAll(to: exportPath) }
      known = written
    }
    let new = known
    exported.withLock { $0 = new }
    return isNeeded
  }

  /// The export that is there, if it holds the state of `sequence` as a whole.
  private func found(_ sequence: UInt64) throws(StorageError) -> Exported? {
    guard StoredFile.exists(exportPath) else { return nil }
    let header = try StoredFile.readBeginning(exportPath, bytes: ZoneExport.headerBytes)
    guard ZoneExport.sequence(header.span) == sequence else { return nil }
    let bytes = try StoredFile.size(exportPath)
    return Exported(sequence: sequence, bytes: bytes, wholeBytes: bytes)
  }

  /// Adds what changed since `known` to the export; nil if it must be written anew.
  private func add(to known: Exported) throws(StorageError) -> Exported? {
    let added = known.bytes - known.wholeBytes
    guard added <= known.wholeBytes / 2 + ZonesLimits.exportAdditionsBytes,
      StoredFile.exists(exportPath), try StoredFile.size(exportPath) == known.bytes,
      let (items, sequence) = try changedZones(after: known.sequence)
    else { return nil }
    let section = ZoneExport.section(items, sequence: sequence)
    try StoredFile.append(section.span, to: exportPath)
    return Exported(
      sequence: sequence, bytes: known.bytes + section.count, wholeBytes: known.wholeBytes)
  }

  /// The zones that changed after `sequence` as they are now, and the number of the last change;
  /// nil if there are too many, or the log does not reach back so far.
  private func changedZones(
    after sequence: UInt64
  ) throws(StorageError) -> ([ZoneExport.Item], UInt64)? {
    try environment.read { (state) throws(StorageError) in
      let limit = ZonesLimits.exportAdditions
      guard let changes = try zoneChanges(after: sequence, limit: limit, state),
        changes.count < limit
      else { return nil }
      var items: [ZoneExport.Item] = []
      var seen: Set<ZoneID> = []
      for change in changes where seen.insert(change.zone).inserted {
        let key = ZoneKeys.key(change.zone)
        items.append(
          ZoneExport.Item(
            id: change.zone, record: try state.copy(of: key, in: tables.zones),
            keys: try state.copy(of: key, in: tables.keys)))
      }
      return (items, try lastSequence(state))
    }
  }

  /// Makes the store hold exactly the zones of the export at `path`. Numbers go on far after the
  /// export's, and what was stored of any zone under earlier ones is void: purges are not exported.
  /// Keys that sign a zone stay if those of the export are not made of them: the zone above may name them.
  @discardableResult package func `import`(
    from path: String
  ) throws(ZoneStoreError) -> AppliedChanges {
    let content = try ZoneExport.read(path)
    let wanted = Set(content.zones.map(\.id))
    var changes: [ZoneChange] = []
    var kept: [String] = []
    do throws(StorageError) {
      for var zone in content.zones {
        if try keepNewerKeys(in: &zone) { kept.append(zone.name) }
        changes.append(.put(zone))
      }
      for zone in try list(limit: .max) where !wanted.contains(zone.id) {
        changes.append(.remove(zone.id))
      }
    } catch {
      throw .storage(error)
    }
    // What is in an export was valid when it was applied; certificates may have expired since.
    let floor = content.sequence + ZonesLimits.restoreGap
    var applied = try apply(changes, check: nil, sequenceFloor: floor)
    applied.keptKeys = kept
    return applied
  }

  /// Gives `zone`, which comes of an export, the keys that are here, unless those of the export follow them;
  /// whether it did.
  private func keepNewerKeys(in zone: inout ZoneConfiguration) throws(StorageError) -> Bool {
    guard let current = try signedZone(named: zone.name), let keys = current.signingKeys,
      zone.signingKeys != keys, zone.signingKeys?.follows(keys) != true
    else { return false }
    zone.signingKeys = keys
    zone.signingPolicy = current.signingPolicy
    return true
  }

  /// The zone whose domain is `name`, if answers are signed with its keys.
  private func signedZone(named name: String) throws(StorageError) -> ZoneConfiguration? {
    guard let id = try zone(named: name) else { return nil }
    let isSigned = try environment.read { (state) throws(StorageError) in
      try state.copy(of: ZoneKeys.key(id), in: tables.keys).map {
        ZoneRecord.hasSigningKeys($0.span)
      }
    }
    guard isSigned == true, let zone = try configurationWithKeys(of: id), zone.mayBeKnownAbove
    else { return nil }
    return zone
  }
}
