// Reading framed records through LMDB: what both kinds of transaction and the cursor share.

import CLMDB
import Primitives

/// Calls of LMDB on records, with their frames taken off.
enum Records {
  static func checkKey(_ key: [UInt8], _ table: StorageTable) throws(StorageError) {
    guard !key.isEmpty, key.count <= StorageLimits.keyBytes else {
      throw .keyLength(table: table.name, bytes: key.count)
    }
  }

  /// Runs `body` with LMDB's view of `bytes`, which it only reads.
  static func withValue(
    _ bytes: Span<UInt8>, _ body: (inout MDB_val) -> Int32
  ) -> Int32 {
    // Safe: the view is used during the call only, and LMDB does not write through keys and
    // records that are handed to it.
    unsafe bytes.withUnsafeBytes { buffer in
      var value = unsafe MDB_val(
        mv_size: buffer.count, mv_data: UnsafeMutableRawPointer(mutating: buffer.baseAddress))
      return unsafe body(&value)
    }
  }

  /// The payload at `key`, valid until the transaction changes something or ends; the caller ties
  /// it to the transaction.
  @_lifetime(immortal)
  static func value(
    _ transaction: OpaquePointer?, _ table: StorageTable, _ key: Span<UInt8>, _ directory: String
  ) throws(StorageError) -> Span<UInt8>? {
    guard key.count > 0, key.count <= StorageLimits.keyBytes else { return nil }
    var found = unsafe MDB_val()
    let code = unsafe withValue(key) { name in
      unsafe mdb_get(transaction, table.handle, &name, &found)
    }
    if code == MDB_NOTFOUND { return nil }
    guard code == 0 else {
      throw StorageEnvironment.error(code, "reading the table \(table.name)", directory)
    }
    let record = unsafe span(found)
    return try payload(record, key: key, table)
  }

  static func copy(
    _ transaction: OpaquePointer?, _ table: StorageTable, _ key: [UInt8], _ directory: String
  ) throws(StorageError) -> [UInt8]? {
    guard let payload = unsafe try value(transaction, table, key.span, directory) else {
      return nil
    }
    var copy: [UInt8] = []
    copy.append(payload)
    return copy
  }

  static func count(
    _ transaction: OpaquePointer?, _ table: StorageTable, _ directory: String
  ) throws(StorageError) -> Int {
    var state = MDB_stat()
    let code = unsafe mdb_stat(transaction, table.handle, &state)
    guard code == 0 else { throw StorageEnvironment.error(code, "counting", directory) }
    return state.ms_entries
  }

  /// `record` without its frame, after the checksum was compared.
  @_lifetime(copy record)
  static func payload(
    _ record: Span<UInt8>, key: Span<UInt8>, _ table: StorageTable
  ) throws(StorageError) -> Span<UInt8> {
    if let fault = RecordFrame.fault(key: key, record: record) {
      var copy: [UInt8] = []
      copy.append(key)
      switch fault {
      case .damaged: throw .corruptedRecord(table: table.name, key: copy)
      case .version(let version):
        throw .recordVersion(table: table.name, key: copy, version: version)
      }
    }
    return record.extracting(droppingFirst: RecordFrame.headerBytes)
  }

  /// The bytes that LMDB points to; the caller ties them to the transaction.
  @_lifetime(immortal)
  static func span(_ value: MDB_val) -> Span<UInt8> {
    guard let start = unsafe value.mv_data else {
      return Span()
    }
    let pointer = unsafe UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self)
    let span = unsafe Span(_unsafeStart: pointer, count: value.mv_size)
    return unsafe _overrideLifetime(span, copying: ())
  }
}
