// Which environments this process has open.

import Glibc
import Primitives

/// The environments that are open in this process, by device and inode of their directory.
///
/// LMDB's locks are POSIX locks: a second opening in one process would drop the first one's when
/// it is closed, and two writers would run at once.
enum OpenDirectories {
  private static let open = Guarded<Set<Identity>>([])

  /// Which directory it is, whatever its path.
  struct Identity: Hashable, Sendable {
    let device: UInt
    let inode: UInt

    init(of directory: borrowing OpenFile) throws(StorageError) {
      var status = stat()
      guard unsafe fstat(directory.descriptor, &status) == 0 else {
        throw .of(errno, "looking at", directory.path)
      }
      device = UInt(status.st_dev)
      inode = UInt(status.st_ino)
    }
  }

  /// Notes a directory as open; false if it is already.
  static func claim(_ identity: Identity) -> Bool { open.withLock { $0.insert(identity).inserted } }

  static func release(_ identity: Identity) { _ = open.withLock { $0.remove(identity) } }
}
