// One state of all tables, for reading.

import CLMDB

/// A read transaction: sees one state of all tables until it ends.
@safe package struct ReadTransaction: ~Copyable {
  private let environment: StorageEnvironment
  private let handle: OpaquePointer

  init(_ environment: StorageEnvironment, _ handle: OpaquePointer) {
    self.environment = environment
    unsafe self.handle = handle
  }

  deinit {
    unsafe mdb_txn_abort(handle)
    environment.gate.leave()
  }

  /// The payload at `key` in `table`, in place; nil if there is none.
  /// Throws `corruptedRecord` or `recordVersion` if it can't be used.
  @_lifetime(borrow self)
  package func value(
    at key: Span<UInt8>, in table: StorageTable
  ) throws(StorageError) -> Span<UInt8>? {
    let found = unsafe try Records.value(handle, table, key, environment.directory)
    return unsafe _overrideLifetime(found, borrowing: self)
  }

  /// A copy of the payload at `key` in `table`; nil if there is none.
  package func copy(
    of key: [UInt8], in table: StorageTable
  ) throws(StorageError) -> [UInt8]? {
    unsafe try Records.copy(handle, table, key, environment.directory)
  }

  /// How many records `table` has.
  package func count(of table: StorageTable) throws(StorageError) -> Int {
    unsafe try Records.count(handle, table, environment.directory)
  }

  /// A cursor over the records of `table` whose keys begin with `prefix`, in the order of keys,
  /// starting at `start` if that is given and later.
  @_lifetime(borrow self)
  package func cursor(
    over table: StorageTable, prefix: [UInt8] = [], from start: [UInt8]? = nil
  ) throws(StorageError) -> StorageCursor {
    let cursor = unsafe try StorageCursor(
      handle, table, prefix: prefix, from: start, directory: environment.directory)
    return unsafe _overrideLifetime(cursor, borrowing: self)
  }
}
