// A change of several tables at once.

import CLMDB
import Glibc

/// A write transaction: sees what it wrote itself; nobody else does before it is committed.
@safe package struct WriteTransaction: ~Copyable {
  private let environment: StorageEnvironment
  private var handle: OpaquePointer?
  private var frame: [UInt8] = []

  init(_ environment: StorageEnvironment, _ handle: OpaquePointer) {
    self.environment = environment
    unsafe self.handle = handle
  }

  deinit {
    if let handle = unsafe handle { unsafe mdb_txn_abort(handle) }
    environment.gate.leave()
  }

  /// The payload at `key` in `table`, in place until the next change; nil if there is none.
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

  /// A cursor as `ReadTransaction.cursor`; nothing can be changed while it lives.
  @_lifetime(borrow self)
  package func cursor(
    over table: StorageTable, prefix: [UInt8] = [], from start: [UInt8]? = nil
  ) throws(StorageError) -> StorageCursor {
    let cursor = unsafe try StorageCursor(
      handle, table, prefix: prefix, from: start, directory: environment.directory)
    return unsafe _overrideLifetime(cursor, borrowing: self)
  }

  /// Writes `payload` at `key`, in place of what was there.
  package mutating func put(
    _ payload: [UInt8], at key: [UInt8], in table: StorageTable
  ) throws(StorageError) {
    try put(payload, at: key, in: table, flags: 0)
  }

  /// Writes `payload` at `key`, which must come after every key of `table`: much faster than `put`
  /// for many records in order. A key out of order throws.
  package mutating func append(
    _ payload: [UInt8], at key: [UInt8], in table: StorageTable
  ) throws(StorageError) {
    try put(payload, at: key, in: table, flags: UInt32(MDB_APPEND))
  }

  /// Removes the record at `key` and returns whether there was one.
  @discardableResult package mutating func remove(
    _ key: [UInt8], in table: StorageTable
  ) throws(StorageError) -> Bool {
    try Records.checkKey(key, table)
    let code = unsafe Records.withValue(key.span) { name in
      unsafe mdb_del(handle, table.handle, &name, nil)
    }
    if code == MDB_NOTFOUND { return false }
    try environment.check(code, "removing from the table \(table.name)")
    return true
  }

  /// Removes every record of `table`.
  package mutating func removeAll(in table: StorageTable) throws(StorageError) {
    try environment.check(
      unsafe mdb_drop(handle, table.handle, 0), "emptying the table \(table.name)")
  }

  mutating func commit() throws(StorageError) {
    let ended = unsafe handle
    // LMDB ends the transaction whether or not this succeeds.
    unsafe handle = nil
    let code = unsafe mdb_txn_commit(ended)
    // LMDB reports a write that was cut short by a full disk as EIO.
    if code == EIO, StoredFile.isDiskFull(environment.directory) {
      throw .diskFull(path: environment.directory)
    }
    try environment.check(code, "committing")
  }

  private mutating func put(
    _ payload: [UInt8], at key: [UInt8], in table: StorageTable, flags: UInt32
  ) throws(StorageError) {
    try Records.checkKey(key, table)
    frame.removeAll(keepingCapacity: true)
    RecordFrame.append(key: key.span, payload: payload.span, to: &frame)
    let code = unsafe Records.withValue(key.span) { name in
      unsafe Records.withValue(frame.span) { record in
        unsafe mdb_put(handle, table.handle, &name, &record, flags)
      }
    }
    try environment.check(code, "writing to the table \(table.name)")
  }
}
