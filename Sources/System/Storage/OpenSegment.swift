// A numbered file of a real folder.

import CLMDB
import Primitives
import Synchronization

/// An open file of a `SegmentFolder`.
final class OpenSegment: SegmentFile {
  private let file: OpenFile
  /// Where the file is mapped, to ask what the kernel has of it and for what is lent; 0 if it is not. Its
  /// pages are not touched.
  private let mapping = Mutex<UInt>(0)

  init(_ file: consuming OpenFile) { self.file = file }

  deinit {
    let address = mapping.withLock { $0 }
    // Safe: whoever was lent anything keeps this object alive.
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

  func isCached(_ count: Int, at offset: Int) -> Bool {
    // Safe: the mapping ends with this object only.
    guard count >= 0, offset >= 0, offset + count <= StorageLimits.lentBytes,
      let base = unsafe mapped()
    else { return false }
    return unsafe skerry_is_cached(base, offset, count) == 1
  }

  func lend(_ count: Int, at offset: Int, by loan: FileLoan) -> Bytes? {
    guard isCached(count, at: offset), let base = unsafe mapped() else { return nil }
    // Safe: the mapping ends with this object, which the loan keeps alive, and committed bytes never change.
    let storage = unsafe ByteStorage(
      lent: base, count: StorageLimits.lentBytes, file: file.descriptor, by: loan)
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
