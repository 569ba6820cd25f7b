// A numbered file of a real folder.

import CLMDB
import Primitives
import Synchronization

/// An open file of a `SegmentFolder`.
final class OpenSegment: SegmentFile {
  private let file: OpenFile
  /// Where the file is mapped, for what is lent; 0 if it is not. Its pages are hardly ever touched.
  private let mapping = Mutex<UInt>(0)

  init(_ file: consuming OpenFile) { self.file = file }

  deinit {
    let address = mapping.withLock { $0 }
    // Safe: whatever was lent keeps this object alive.
    if let base = unsafe UnsafeMutableRawPointer(bitPattern: address) {
      unsafe skerry_unmap_file_shared(base, StorageLimits.lentBytes)
    }
  }

  var bytes: Int { get throws(StorageError) { try file.size } }

  func read(
    _ count: Int, at offset: Int, into storage: ByteStorage
  ) throws(StorageError) -> Int {
    try file.read(count, at: offset, into: storage)
  }

  func readCached(_ count: Int, at offset: Int, into storage: ByteStorage) -> Bool {
    file.readCached(count, at: offset, into: storage)
  }

  func lend(_ count: Int, at offset: Int) -> Bytes? {
    // Safe: the mapping ends with this object, which the storage owns, and committed bytes never change.
    guard offset + count <= StorageLimits.lentBytes, let base = unsafe mapped(),
      unsafe skerry_is_cached(base, offset, count) == 1
    else { return nil }
    let storage = unsafe ByteStorage(
      mapped: base, count: StorageLimits.lentBytes, file: file.descriptor, owner: self)
    return Bytes(storage, offset: offset, count: count)
  }

  private func mapped() -> UnsafeMutableRawPointer? {
    let address = mapping.withLock { address in
      if address == 0,
        let base = unsafe skerry_map_file_shared(file.descriptor, StorageLimits.lentBytes)
      {
        address = UInt(bitPattern: base)
      }
      return address
    }
    return unsafe UnsafeMutableRawPointer(bitPattern: address)
  }

  func write(_ bytes: Span<UInt8>, at offset: Int) throws(StorageError) {
    try file.write(bytes, at: offset)
  }

  func synchronise() throws(StorageError) { try file.synchroniseContent() }
}
