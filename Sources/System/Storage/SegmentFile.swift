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

  /// Writes all of `bytes` at `offset`. After an error any part of them may have been written.
  func write(_ bytes: Span<UInt8>, at offset: Int) throws(StorageError)

  /// Makes everything written so far durable. After an error all of it is in doubt for good.
  func synchronise() throws(StorageError)
}
