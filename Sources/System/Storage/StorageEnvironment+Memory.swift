// What the map of the file counts for in the memory of the process.

import CLMDB
import Glibc

extension StorageEnvironment {
  /// Takes the pages of the file that this process has looked at out of its memory: once every
  /// record was read they all count as the process's own, though the kernel could take them back.
  package func releasePages() {
    do throws(StorageError) {
      try read { (state) throws(StorageError) in
        for table in tables.values where try state.count(of: table) > 0 {
          return try release(state, anyOf: table)
        }
      }
    } catch {
      // Then they stay. Whoever reads next meets the same trouble and reports it.
    }
  }

  private func release(
    _ state: borrowing ReadTransaction, anyOf table: StorageTable
  ) throws(StorageError) {
    var cursor = try state.cursor(over: table)
    guard try cursor.next() else { return }
    var status = MDB_stat()
    try check(unsafe mdb_env_stat(handle, &status), "asking for the page size")
    let pageBytes = UInt(status.ms_psize)
    // Safe: keys lie in the map, in pages that begin with their number (PageFormat); the map stays
    // in its place while the transaction is open. It is shared and of a file: its content stays and
    // is mapped again when it is read.
    unsafe cursor.key.withUnsafeBytes { key in
      let address = UInt(bitPattern: key.baseAddress)
      guard let page = unsafe UnsafeRawPointer(bitPattern: address & ~(pageBytes - 1)) else {
        return
      }
      let number = unsafe page.load(as: UInt64.self)
      let map = unsafe page - Int(number) * Int(pageBytes)
      _ = unsafe madvise(UnsafeMutableRawPointer(mutating: map), usedBytes, MADV_DONTNEED)
    }
  }
}
