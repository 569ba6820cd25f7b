// Opening LMDB with what was asked for, and its error codes.

import CLMDB
import Glibc

extension StorageEnvironment {
  /// Opens the environment; where the process may not reserve so much address space, with less.
  static func open(
    _ directory: String, _ configuration: StorageConfiguration
  ) throws(StorageError) -> OpaquePointer {
    var mapBytes = configuration.mapBytes
    while true {
      do {
        return unsafe try open(directory, configuration, mapBytes: mapBytes)
      } catch {
        guard case .system(_, _, ENOMEM) = error, mapBytes / 2 >= StorageLimits.mapBytesMinimum
        else { throw error }
        mapBytes /= 2
      }
    }
  }

  private static func open(
    _ directory: String, _ configuration: StorageConfiguration, mapBytes: Int
  ) throws(StorageError) -> OpaquePointer {
    var environment: OpaquePointer?
    let created = unsafe mdb_env_create(&environment)
    guard created == 0, let environment = unsafe environment else {
      throw error(created, "making an environment", directory)
    }
    var code = unsafe mdb_env_set_mapsize(environment, mapBytes)
    if code == 0 {
      code = unsafe mdb_env_set_maxreaders(environment, UInt32(configuration.readers))
    }
    if code == 0 { code = unsafe mdb_env_set_maxdbs(environment, StorageLimits.tables) }
    if code == 0 {
      let flags = MDB_NOTLS | (configuration.readsAhead ? 0 : MDB_NORDAHEAD)
      code = unsafe mdb_env_open(environment, directory, UInt32(flags), 0o600)
    }
    if code == 0 {
      // A process that was killed left its readers' places; its pages could never be reused.
      var dead: Int32 = 0
      code = unsafe mdb_reader_check(environment, &dead)
    }
    guard code == 0 else {
      // LMDB asks for this after a failed opening as well.
      unsafe mdb_env_close(environment)
      throw error(code, "opening", directory)
    }
    return unsafe environment
  }

  /// Opens all tables, making those that are missing.
  static func openTables(
    _ environment: OpaquePointer, _ directory: String, _ configuration: StorageConfiguration
  ) throws(StorageError) -> [String: StorageTable] {
    precondition(configuration.tables.count <= Int(StorageLimits.tables))
    // Reading first: a second process must not wait for the first one's writing.
    if let tables = unsafe try openTables(environment, directory, configuration, flags: 0) {
      return tables
    }
    let made = unsafe try openTables(
      environment, directory, configuration, flags: UInt32(MDB_CREATE))
    return made ?? [:]
  }

  private static func openTables(
    _ environment: OpaquePointer, _ directory: String, _ configuration: StorageConfiguration,
    flags: UInt32
  ) throws(StorageError) -> [String: StorageTable]? {
    var transaction: OpaquePointer?
    let mode = flags == 0 ? UInt32(MDB_RDONLY) : 0
    let begun = unsafe mdb_txn_begin(environment, nil, mode, &transaction)
    guard begun == 0 else { throw error(begun, "opening tables", directory) }
    var tables: [String: StorageTable] = [:]
    for name in configuration.tables {
      var table: MDB_dbi = 0
      let code = unsafe mdb_dbi_open(transaction, name, flags, &table)
      guard code == 0 else {
        unsafe mdb_txn_abort(transaction)
        if code == MDB_NOTFOUND, flags == 0 { return nil }
        throw error(code, "opening the table \(name)", directory)
      }
      tables[name] = StorageTable(name: name, handle: table)
    }
    let code = unsafe mdb_txn_commit(transaction)
    guard code == 0 else { throw error(code, "opening tables", directory) }
    return tables
  }

  /// The error for LMDB's `code`, which is one of its own (negative) or the system's.
  static func error(_ code: Int32, _ operation: String, _ directory: String) -> StorageError {
    let data = StoragePaths.data(in: directory)
    return switch code {
    case MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_INVALID:
      .corrupted(
        path: data,
        damages: [StorageDamage(place: "the file", problem: "was refused by LMDB (\(code))")])
    case MDB_VERSION_MISMATCH: .incompatibleProcess(path: directory)
    case MDB_PANIC: .broken(path: directory)
    case MDB_MAP_FULL, MDB_MAP_RESIZED: .mapFull(path: directory, bytes: 0)
    case MDB_READERS_FULL: .readersFull(path: directory, limit: StorageLimits.readers)
    case let code where code > 0: StorageError.of(code, operation, directory)
    default: .engine(operation: operation, path: directory, code: code)
    }
  }
}
