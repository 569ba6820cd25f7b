// Reading and writing: bodies that run within one transaction.

import CLMDB
import Glibc

extension StorageEnvironment {
  /// Runs `body` on one state of all tables; writers don't change it meanwhile. Keep it short:
  /// pages that were freed since can't be reused while it runs.
  package func read<Result, Failure: StorageFailure>(
    _ body: (borrowing ReadTransaction) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let transaction = try begin(as: Failure.self)
    return try body(transaction)
  }

  /// Runs `body` and makes what it wrote durable, all or nothing: if it throws, nothing is changed.
  ///
  /// `body` runs again if the map had to grow, so that it must not change anything outside except
  /// by assignment. It must not wait, nor be called within another `write`. One writer runs at a
  /// time, over all processes; the thread waits for its turn.
  package func write<Result, Failure: StorageFailure>(
    _ body: (inout WriteTransaction) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    while true {
      let bytes = mapBytes
      do {
        return try attempt(body)
      } catch {
        guard case .mapFull = error.storage else { throw error }
        do { try grow(from: bytes) } catch { throw Failure(error) }
      }
    }
  }

  private func attempt<Result, Failure: StorageFailure>(
    _ body: (inout WriteTransaction) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var transaction: WriteTransaction
    do {
      transaction = unsafe WriteTransaction(self, try beginTransaction(0))
    } catch {
      throw Failure(error)
    }
    let result = try body(&transaction)
    do { try transaction.commit() } catch { throw Failure(error) }
    return result
  }

  private func begin<Failure: StorageFailure>(
    as: Failure.Type
  ) throws(Failure) -> ReadTransaction {
    do {
      return unsafe ReadTransaction(self, try beginTransaction(UInt32(MDB_RDONLY)))
    } catch {
      throw Failure(error)
    }
  }

  /// Begins a transaction and counts it at the gate. Another process may have grown the map, and
  /// dead readers may hold all places: both are mended here.
  private func beginTransaction(_ flags: UInt32) throws(StorageError) -> OpaquePointer {
    try throwIfClosed()
    var clearedDead = false
    while true {
      var transaction: OpaquePointer?
      gate.enter()
      let code = unsafe mdb_txn_begin(handle, nil, flags, &transaction)
      if code == 0, let transaction = unsafe transaction { return unsafe transaction }
      gate.leave()
      switch code {
      case MDB_MAP_RESIZED: try resize(to: 0)
      case MDB_READERS_FULL where !clearedDead:
        clearedDead = true
        try clearDeadReaders()
      case MDB_READERS_FULL:
        throw .readersFull(path: directory, limit: configuration.readers)
      default: throw Self.error(code, "beginning a transaction", directory)
      }
    }
  }

  /// Doubles the map, which had `bytes` when it was full; another thread may have done so already.
  private func grow(from bytes: Int) throws(StorageError) {
    guard mapBytes <= bytes else { return }
    guard bytes < configuration.mapBytesMaximum else {
      throw .mapFull(path: directory, bytes: bytes)
    }
    try resize(to: min(bytes * 2, configuration.mapBytesMaximum))
  }

  /// Moves the map as soon as no transaction of this process is open; 0 takes the size that
  /// another process gave it.
  private func resize(to bytes: Int) throws(StorageError) {
    for _ in 0..<StorageLimits.growingWaitMilliseconds {
      if let code = gate.whileIdle({ unsafe mdb_env_set_mapsize(handle, bytes) }) {
        guard code == 0 else { throw .mapFull(path: directory, bytes: mapBytes) }
        return
      }
      usleep(1_000)
    }
    throw .mapFull(path: directory, bytes: mapBytes)
  }
}
