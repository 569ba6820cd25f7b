// One process at a time does something.

import Glibc

/// A lock over processes and threads, held until it goes out of scope. The kernel gives it back when
/// the process dies, so that nobody waits for the dead.
package struct FileLock: ~Copyable {
  private let file: OpenFile

  /// Waits for the lock of the file at `path`, which is made if it is missing. Not on a loop; for
  /// `StorageLimits.gateWaitMilliseconds` at most, then throws `busy`.
  package init(_ path: String) throws(StorageError) {
    let file = try OpenFile(path, flags: O_RDWR | O_CREAT)
    try Self.wait(for: file)
    self.file = file
  }

  private static func wait(for file: borrowing OpenFile) throws(StorageError) {
    for _ in 0..<StorageLimits.gateWaitMilliseconds {
      if flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 { return }
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw .of(errno, "locking", file.path)
      }
      usleep(1_000)
    }
    throw .busy(path: StoredFile.directory(of: file.path))
  }
}
