// One numbered file.

package import Primitives

/// An open file of `SegmentFiles`, closed when the last reference to it goes. Reading is for any
/// number of threads, writing for one.
package protocol SegmentFile: AnyObject, Sendable {
  /// The size of the file, in bytes.
  var bytes: Int { get throws(StorageError) }

  /// Adds up to `count` bytes at `offset` to `storage`, which must have room for them, and returns
  /// how many there were: fewer only at the file's end.
  func read(_ count: Int, at offset: Int, into storage: ByteStorage) throws(StorageError) -> Int

  /// Adds the `count` bytes at `offset` to `storage` without waiting for the disk; false, with nothing
  /// added, if the kernel does not have all of them in memory.
  func readCached(_ count: Int, at offset: Int, into storage: ByteStorage) -> Bool

  /// Whether the kernel has the `count` bytes at `offset` in memory; false where that can't be told.
  func isCached(_ count: Int, at offset: Int) -> Bool

  /// The `count` bytes at `offset`, for the kernel to send only (`FileLoan`); nil if it does not have all of
  /// them in memory, or such files can't do that. `loan` keeps this object alive.
  func lend(_ count: Int, at offset: Int, by loan: FileLoan) -> Bytes?

  /// Writes all of `bytes` at `offset`. After an error any part of them may have been written.
  func write(_ bytes: Span<UInt8>, at offset: Int) throws(StorageError)

  /// Makes everything written so far durable. After an error all of it is in doubt for good.
  func synchronise() throws(StorageError)
}

extension SegmentFile {
  /// For files that are nowhere but in memory, as those of tests.
  package func isCached(_ count: Int, at offset: Int) -> Bool { false }

  /// They lend nothing either.
  package func lend(_ count: Int, at offset: Int, by loan: FileLoan) -> Bytes? { nil }
}
