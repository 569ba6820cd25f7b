// A numbered file of a real folder.

import Primitives

/// An open file of a `SegmentFolder`.
final class OpenSegment: SegmentFile {
  private let file: OpenFile

  init(_ file: consuming OpenFile) { self.file = file }

  var bytes: Int { get throws(StorageError) { try file.size } }

  func read(
    _ count: Int, at offset: Int, into storage: ByteStorage
  ) throws(StorageError) -> Int {
    try file.read(count, at: offset, into: storage)
  }

  func readCached(_ count: Int, at offset: Int, into storage: ByteStorage) -> Bool {
    file.readCached(count, at: offset, into: storage)
  }

  func write(_ bytes: Span<UInt8>, at offset: Int) throws(StorageError) {
    try file.write(bytes, at: offset)
  }

  func synchronise() throws(StorageError) { try file.synchroniseContent() }
}
