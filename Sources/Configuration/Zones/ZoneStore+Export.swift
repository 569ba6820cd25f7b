// Exports: written beside the store, so that a damaged store can be rebuilt.

package import Storage
import Synchronization

extension ZoneStore {
  /// The export that `exportIfNeeded` writes and `open` rebuilds from.
  package var exportPath: String { Self.exportPath(in: directory) }

  static func exportPath(in directory: String) -> String { directory + "/zones.export" }

  /// Writes all zones with their keys to `path`, in place of what is there, all at once. Returns
  /// the sequence number that it holds. Takes time with many zones: not on a loop.
  @discardableResult package func export(to path: String) throws(StorageError) -> UInt64 {
    try environment.read { (state) throws(StorageError) in
      var sequence: UInt64 = 0
      if let found = try state.copy(of: ZoneKeys.sequence, in: tables.meta) {
        sequence = ZoneKeys.number(found.span)
      }
      var writer = try ZoneExport.Writer(
        path: path, sequence: sequence, count: try state.count(of: tables.zones))
      var cursor = try state.cursor(over: tables.zones)
      while try cursor.next() {
        guard let id = ZoneKeys.id(cursor.key) else { continue }
        let keys = try state.copy(of: cursor.keyCopy(), in: tables.keys)
        try writer.append(ZoneExport.Item(id: id, record: try cursor.valueCopy(), keys: keys))
      }
      try writer.commit()
      return sequence
    }
  }

  /// Writes the store's export if anything changed since the last; returns whether it did. The
  /// caller decides how often; between two calls an export may lag behind.
  @discardableResult package func exportIfNeeded() throws(StorageError) -> Bool {
    let last = exported.withLock { $0 }
    let current = try sequence()
    if last == nil, StoredFile.exists(exportPath) {
      let header = try StoredFile.readBeginning(exportPath, bytes: ZoneExport.headerBytes)
      if ZoneExport.sequence(header.span) == current {
        exported.withLock { $0 = current }
        return false
      }
    }
    guard last != current else { return false }
    let written = try export(to: exportPath)
    exported.withLock { $0 = written }
    return true
  }

  /// Makes the store hold exactly the zones of the export at `path`.
  @discardableResult package func `import`(
    from path: String
  ) throws(ZoneStoreError) -> AppliedChanges {
    let content = try ZoneExport.read(path)
    let wanted = Set(content.zones.map(\.id))
    var changes = content.zones.map { ZoneChange.put($0) }
    do throws(StorageError) {
      for zone in try list(limit: .max) where !wanted.contains(zone.id) {
        changes.append(.remove(zone.id))
      }
    } catch {
      throw .storage(error)
    }
    // What is in an export was valid when it was applied; certificates may have expired since.
    return try apply(changes, check: nil, sequenceFloor: content.sequence)
  }
}
