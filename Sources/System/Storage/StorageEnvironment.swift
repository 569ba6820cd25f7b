// An LMDB environment: tables in one file, many readers, one writer, in several processes.

import CLMDB
import Glibc
import Synchronization

/// An open environment. Reading never waits for writing, and writing is durable when `write`
/// returns. It may be shared by threads and processes, and is opened once per process.
///
/// `@unchecked Sendable`: LMDB's environment is made for threads; everything else here is constant,
/// atomic, or a mutex.
@safe package final class StorageEnvironment: @unchecked Sendable {
  /// The directory of the environment.
  package let directory: String

  let configuration: StorageConfiguration
  let gate = TransactionGate()
  let handle: OpaquePointer

  /// Held open so that no other directory can get its inode, which is its identity.
  private let directoryFile: OpenFile
  private let identity: OpenDirectories.Identity
  let tables: [String: StorageTable]
  private let isClosed = Atomic(false)

  /// Opens the environment in `directory`, which is made if it is missing (its parent must exist).
  ///
  /// A file that is damaged is not opened: `StorageError.corrupted`. The header is always looked
  /// at; if the last process did not close the environment properly, every record is.
  package init(
    _ directory: String, _ configuration: StorageConfiguration
  ) throws(StorageError) {
    self.directory = directory
    self.configuration = configuration
    try StoredFile.makeDirectory(directory)
    directoryFile = try OpenFile(directory, flags: O_RDONLY | O_DIRECTORY)
    identity = try OpenDirectories.Identity(of: directoryFile)
    guard OpenDirectories.claim(identity) else { throw .alreadyOpen(path: directory) }
    var opened: OpaquePointer?
    do throws(StorageError) {
      let turn = try OpeningTurn(directory)
      try turn.prepare(configuration)
      unsafe opened = try Self.open(directory, configuration)
      guard let environment = unsafe opened else { throw .closed(path: directory) }
      unsafe handle = environment
      tables = unsafe try Self.openTables(environment, directory, configuration)
    } catch {
      if let environment = unsafe opened { unsafe mdb_env_close(environment) }
      OpenDirectories.release(identity)
      throw error
    }
  }

  deinit { close() }

  /// The table `name`, which must be in the configuration.
  package func table(_ name: String) -> StorageTable {
    guard let table = tables[name] else {
      preconditionFailure("the table \(name) was not named when the environment was opened")
    }
    return table
  }

  /// Gives places of readers back whose process has died, and returns how many there were.
  @discardableResult package func clearDeadReaders() throws(StorageError) -> Int {
    var dead: Int32 = 0
    try check(unsafe mdb_reader_check(handle, &dead), "clearing dead readers")
    return Int(dead)
  }

  /// Says that an expendable file has served for a while: a kill from now on is no reason to doubt it.
  package func confirm() throws(StorageError) { try DoubtMarker.remove(in: directory) }

  /// Bytes of the file that are in use (not counting free pages inside).
  package var usedBytes: Int {
    var found = unsafe MDB_envinfo()
    var state = MDB_stat()
    guard unsafe mdb_env_info(handle, &found) == 0, unsafe mdb_env_stat(handle, &state) == 0 else {
      return 0
    }
    return unsafe (found.me_last_pgno + 1) * Int(state.ms_psize)
  }

  /// Bytes of the map at present.
  package var mapBytes: Int {
    var found = unsafe MDB_envinfo()
    return unsafe mdb_env_info(handle, &found) == 0 ? unsafe found.me_mapsize : 0
  }

  /// Closes the environment; every transaction must have ended. A second call does nothing.
  ///
  /// The last process that closes it leaves a mark, so that the next opening needs no full check.
  package func close() {
    guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
    let ended = gate.whileIdle { 0 }
    precondition(ended != nil, "the environment is closed while a transaction is open")
    // Without its turn the mark is not left, and the next opening checks everything: safe.
    let turn = try? OpeningTurn(directory)
    unsafe mdb_env_close(handle)
    switch consume turn {
    case .some(let turn): turn.leaveMark()
    case .none: break
    }
    OpenDirectories.release(identity)
  }

  func throwIfClosed() throws(StorageError) {
    guard !isClosed.load(ordering: .acquiring) else { throw .closed(path: directory) }
  }

  func check(_ code: Int32, _ operation: String) throws(StorageError) {
    guard code != 0 else { return }
    throw Self.error(code, operation, directory)
  }
}
