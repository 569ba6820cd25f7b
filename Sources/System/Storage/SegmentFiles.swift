// A folder of numbered files: what is kept on a disk outside of LMDB.

/// Numbered files of which each is written from its front to its end, once, and read anywhere. A
/// protocol so that tests have files that fail. Every call may block: not on a loop.
package protocol SegmentFiles: Sendable {
  /// The numbers of all files that are there, in any order.
  func numbers() throws(StorageError) -> [UInt32]

  /// Makes the file of that number, which must not exist, and makes its name durable.
  func create(_ number: UInt32) throws(StorageError) -> any SegmentFile

  /// Opens a file that exists, for reading and for writing at its end.
  func open(_ number: UInt32) throws(StorageError) -> any SegmentFile

  /// Takes the file out of the folder; whoever has it open goes on reading it.
  func remove(_ number: UInt32) throws(StorageError)
}
