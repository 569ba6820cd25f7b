// What a file is at a moment.

import Glibc

/// Tells by which file lies at a path, and when it was written, whether it is another one than before.
package struct FileState: Equatable, Sendable {
  private let device: UInt64
  private let number: UInt64
  private let size: Int
  private let modifiedSeconds: Int
  private let modifiedNanoseconds: Int
  /// It is a folder.
  package let isFolder: Bool
  /// It is neither a folder nor a pipe nor a device.
  package let isRegular: Bool

  /// The file at `path`, behind symbolic links.
  package init(_ path: String) throws(StorageError) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw .of(errno, "looking at", path) }
    device = UInt64(status.st_dev)
    number = UInt64(status.st_ino)
    size = Int(status.st_size)
    modifiedSeconds = status.st_mtim.tv_sec
    modifiedNanoseconds = status.st_mtim.tv_nsec
    isFolder = status.st_mode & S_IFMT == S_IFDIR
    isRegular = status.st_mode & S_IFMT == S_IFREG
  }
}
