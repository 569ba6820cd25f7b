// Opening the store, and rebuilding it when it is damaged.

import Storage

extension ZoneStore {
  /// The format of the store as a whole; what is in the records has formats of its own.
  static let format: UInt8 = 1

  /// Opens the store in `directory`, which is made if it is missing (its parent must exist).
  ///
  /// A damaged store is moved to `zones.corrupted-1` (or the next free number) and rebuilt from the
  /// last export, so that the server serves; the report says so. Without an export it throws
  /// `damagedWithoutExport` and leaves everything as it is. With `isExclusive` it throws
  /// `StorageError.inUse` while another process has the store open.
  package static func open(
    _ directory: String, check: CertificateCheck, isExclusive: Bool = false
  ) throws(ZoneStoreError) -> (store: ZoneStore, report: ZoneStoreReport) {
    let store: ZoneStore
    let format: UInt8?
    do throws(StorageError) {
      (store, format) = try openEnvironment(directory, check, isExclusive)
    } catch {
      guard let damages = damages(error) else { throw .storage(error) }
      return try rebuild(directory, check, isExclusive, damages)
    }
    if let format {
      guard format <= Self.format else {
        store.close()
        throw .newerFormat(path: directory, format: Int(format))
      }
      return (store, ZoneStoreReport(outcome: .opened))
    }
    // Nothing was ever applied here. An export is there if somebody moved a damaged store away.
    guard StoredFile.exists(exportPath(in: directory)) else {
      return (store, ZoneStoreReport(outcome: .created))
    }
    return try store.restored(damages: [], movedTo: nil)
  }

  private static func openEnvironment(
    _ directory: String, _ check: CertificateCheck, _ isExclusive: Bool
  ) throws(StorageError) -> (ZoneStore, UInt8?) {
    var configuration = StorageConfiguration(tables: Tables.names)
    configuration.isExclusive = isExclusive
    let store = ZoneStore(try StorageEnvironment(directory, configuration), check)
    do throws(StorageError) {
      let format = try store.environment.read { (state) throws(StorageError) in
        try state.copy(of: ZoneKeys.format, in: store.tables.meta)?.first
      }
      return (store, format)
    } catch {
      store.close()
      throw error
    }
  }

  /// What is damaged, if that is what the error says.
  private static func damages(_ error: StorageError) -> [StorageDamage]? {
    switch error {
    case .corrupted(_, let damages): damages
    case .corruptedRecord(let table, let key):
      [
        StorageDamage(
          place: "table \(table), key \(StorageError.text(key))", problem: "has a wrong checksum")
      ]
    default: nil
    }
  }

  private static func rebuild(
    _ directory: String, _ check: CertificateCheck, _ isExclusive: Bool,
    _ damages: [StorageDamage]
  ) throws(ZoneStoreError) -> (store: ZoneStore, report: ZoneStoreReport) {
    let export = exportPath(in: directory)
    guard StoredFile.exists(export) else {
      throw .damagedWithoutExport(path: directory, damages: damages, export: export)
    }
    // The export must be good before anything is moved.
    _ = try ZoneExport.read(export)
    let store: ZoneStore
    let moved: String
    do throws(StorageError) {
      moved = try StorageEnvironment.setAside(directory, as: "zones.corrupted")
      store = try openEnvironment(directory, check, isExclusive).0
    } catch {
      throw .storage(error)
    }
    return try store.restored(damages: damages, movedTo: moved)
  }

  private func restored(
    damages: [StorageDamage], movedTo moved: String?
  ) throws(ZoneStoreError) -> (store: ZoneStore, report: ZoneStoreReport) {
    do throws(ZoneStoreError) {
      let applied = try `import`(from: exportPath)
      let outcome = ZoneStoreReport.Outcome.restored(
        damages: damages, movedTo: moved, export: exportPath, zones: applied.changes.count)
      return (self, ZoneStoreReport(outcome: outcome))
    } catch {
      close()
      throw error
    }
  }
}
