// A walk over a table in the order of keys.

import CLMDB
import Primitives

/// A cursor: before the first record at first; `next` moves it. Lives within its transaction.
@safe package struct StorageCursor: ~Copyable, ~Escapable {
  private let handle: OpaquePointer
  private let table: StorageTable
  private let prefix: [UInt8]
  private let start: [UInt8]
  private let directory: String
  private var isStarted = false
  private var currentKey = unsafe MDB_val()
  private var currentRecord = unsafe MDB_val()

  @_lifetime(immortal)
  init(
    _ transaction: OpaquePointer?, _ table: StorageTable, prefix: [UInt8], from start: [UInt8]?,
    directory: String
  ) throws(StorageError) {
    var cursor: OpaquePointer?
    let code = unsafe mdb_cursor_open(transaction, table.handle, &cursor)
    guard code == 0, let cursor = unsafe cursor else {
      throw StorageEnvironment.error(code, "opening a cursor on \(table.name)", directory)
    }
    unsafe handle = cursor
    self.table = table
    self.prefix = prefix
    let first = start ?? prefix
    self.start = prefix.lexicographicallyPrecedes(first) ? first : prefix
    self.directory = directory
  }

  deinit { unsafe mdb_cursor_close(handle) }

  /// Moves to the next record; false after the last. The record's checksum is compared by `value`.
  @_lifetime(self: copy self)
  package mutating func next() throws(StorageError) -> Bool {
    var name = unsafe MDB_val()
    var record = unsafe MDB_val()
    let code: Int32
    if isStarted {
      code = unsafe mdb_cursor_get(handle, &name, &record, MDB_NEXT)
    } else if start.isEmpty {
      code = unsafe mdb_cursor_get(handle, &name, &record, MDB_FIRST)
    } else {
      let found = unsafe Self.find(start.span, handle)
      code = unsafe found.code
      unsafe name = found.key
      unsafe record = found.record
    }
    unsafe currentKey = name
    unsafe currentRecord = record
    isStarted = true
    if code == MDB_NOTFOUND { return false }
    guard code == 0 else {
      throw StorageEnvironment.error(code, "reading the table \(table.name)", directory)
    }
    return hasPrefix
  }

  /// The current record's key; only after `next` returned true.
  package var key: Span<UInt8> {
    @_lifetime(borrow self)
    get { unsafe _overrideLifetime(Records.span(currentKey), borrowing: self) }
  }

  /// The current record's payload; only after `next` returned true.
  /// Throws `corruptedRecord` or `recordVersion` if it can't be used.
  @_lifetime(borrow self)
  package func value() throws(StorageError) -> Span<UInt8> {
    let record = unsafe Records.span(currentRecord)
    let payload = unsafe try Records.payload(record, key: Records.span(currentKey), table)
    return unsafe _overrideLifetime(payload, borrowing: self)
  }

  /// A copy of the current record's key.
  package func keyCopy() -> [UInt8] {
    var copy: [UInt8] = []
    copy.append(key)
    return copy
  }

  /// A copy of the current record's payload.
  package func valueCopy() throws(StorageError) -> [UInt8] {
    var copy: [UInt8] = []
    copy.append(try value())
    return copy
  }

  /// The first record at or after `start`.
  private static func find(
    _ start: Span<UInt8>, _ handle: OpaquePointer
  ) -> (code: Int32, key: MDB_val, record: MDB_val) {
    var key = unsafe MDB_val()
    var record = unsafe MDB_val()
    let code = unsafe Records.withValue(start) { name in
      let found = unsafe mdb_cursor_get(handle, &name, &record, MDB_SET_RANGE)
      unsafe key = name
      return found
    }
    return unsafe (code, key, record)
  }

  private var hasPrefix: Bool {
    let key = unsafe Records.span(currentKey)
    guard key.count >= prefix.count else { return false }
    for index in prefix.indices where key[index] != prefix[index] { return false }
    return true
  }
}
