// A file descriptor that closes itself, and the few calls that Storage makes on it.

import CLMDB
import Glibc
import Primitives

/// An open file, closed when it goes out of scope. Every call is retried when a signal cuts it.
struct OpenFile: ~Copyable {
  let descriptor: Int32
  let path: String

  init(_ path: String, flags: Int32, permissions: mode_t = 0o600) throws(StorageError) {
    let result = retrying { Int(unsafe open(path, flags | O_CLOEXEC, permissions)) }
    guard result >= 0 else { throw .of(errno, "opening", path) }
    descriptor = Int32(result)
    self.path = path
  }

  deinit { close(descriptor) }

  var size: Int {
    get throws(StorageError) {
      var status = stat()
      guard unsafe fstat(descriptor, &status) == 0 else { throw .of(errno, "looking at", path) }
      return Int(status.st_size)
    }
  }

  /// Reads up to `count` bytes at `offset`; fewer only at the file's end.
  func read(_ count: Int, at offset: Int) throws(StorageError) -> [UInt8] {
    guard count > 0 else { return [] }
    var failure: Int32 = 0
    // Safe: `pread` writes within the capacity that the array offers, and says how much.
    let result = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let start = unsafe UnsafeMutableRawBufferPointer(buffer).baseAddress.map {
          unsafe $0 + filled
        }
        let got = retrying {
          unsafe pread(descriptor, start, count - filled, off_t(offset + filled))
        }
        if got < 0 { failure = errno }
        guard got > 0 else { return }
        filled += got
      }
    }
    guard failure == 0 else { throw .of(failure, "reading", path) }
    return result
  }

  /// Adds up to `count` bytes at `offset` to `storage`; fewer only at the file's end.
  func read(
    _ count: Int, at offset: Int, into storage: ByteStorage
  ) throws(StorageError) -> Int {
    precondition(count <= storage.free)
    var failure: Int32 = 0
    // Safe: `pread` writes within the room that the storage lends, and says how much.
    let result = unsafe storage.fill { room in
      var filled = 0
      while filled < count {
        let start = unsafe room.baseAddress.map { unsafe $0 + filled }
        let got = retrying {
          unsafe pread(descriptor, start, count - filled, off_t(offset + filled))
        }
        if got < 0 { failure = errno }
        guard got > 0 else { break }
        filled += got
      }
      return filled
    }
    guard failure == 0 else { throw .of(failure, "reading", path) }
    return result
  }

  /// Adds the `count` bytes at `offset` to `storage` if the kernel has all of them in memory.
  func readCached(_ count: Int, at offset: Int, into storage: ByteStorage) -> Bool {
    precondition(count <= storage.free)
    // Safe: the call writes within the room that the storage lends.
    return unsafe storage.fill { room in
      let got = unsafe skerry_read_cached(descriptor, room.baseAddress, count, Int64(offset))
      return got == count ? count : 0
    } == count
  }

  /// Writes at the end of what was written before or, with an offset, there.
  func write(_ bytes: Span<UInt8>, at offset: Int? = nil) throws(StorageError) {
    var failure: Int32 = 0
    // Safe: `write` and `pwrite` read within the borrowed span.
    unsafe bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
        let wrote = retrying {
          guard let offset else {
            return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
          }
          return unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
        }
        guard wrote > 0 else {
          failure = wrote < 0 ? errno : EIO
          return
        }
        done += wrote
      }
    }
    guard failure == 0 else { throw .of(failure, "writing", path) }
  }

  func synchronise() throws(StorageError) {
    guard retrying({ Int(fsync(descriptor)) }) == 0 else {
      throw .of(errno, "writing to the disk", path)
    }
  }

  /// Makes the content durable, and of the rest only what is needed to read it.
  func synchroniseContent() throws(StorageError) {
    guard retrying({ Int(fdatasync(descriptor)) }) == 0 else {
      throw .of(errno, "writing to the disk", path)
    }
  }

  /// Makes the entries of `directory` durable.
  static func synchroniseDirectory(_ directory: String) throws(StorageError) {
    let file = try OpenFile(directory, flags: O_RDONLY | O_DIRECTORY)
    try file.synchronise()
  }
}

/// Repeats `call` while a signal interrupts it.
func retrying(_ call: () -> Int) -> Int {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}
