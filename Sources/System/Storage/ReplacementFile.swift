// A file that replaces another at once: readers see the old content or the new, never a part.

import Glibc
import Primitives

/// Content that is written beside `path` and put in its place by `commit`; dropped otherwise.
package struct ReplacementFile: ~Copyable {
  private let file: OpenFile
  private let path: String
  private let temporaryPath: String
  private var buffer: [UInt8] = []

  /// Starts a replacement for the file at `path`, which need not exist.
  package init(for path: String) throws(StorageError) {
    self.path = path
    temporaryPath = "\(path).new-\(getpid())"
    file = try OpenFile(temporaryPath, flags: O_WRONLY | O_CREAT | O_TRUNC)
    buffer.reserveCapacity(StorageLimits.fileBufferBytes)
  }

  // After `commit` nothing has this name any more, and the call does nothing.
  deinit { _ = unsafe unlink(temporaryPath) }

  /// Adds `bytes` at the end.
  package mutating func append(_ bytes: Span<UInt8>) throws(StorageError) {
    buffer.append(bytes)
    if buffer.count >= StorageLimits.fileBufferBytes { try flush() }
  }

  /// Makes the content durable and puts it in place.
  package consuming func commit() throws(StorageError) {
    try flush()
    try file.synchronise()
    guard unsafe rename(temporaryPath, path) == 0 else { throw .of(errno, "renaming", path) }
    try OpenFile.synchroniseDirectory(StoredFile.directory(of: path))
  }

  private mutating func flush() throws(StorageError) {
    try file.write(buffer.span)
    buffer.removeAll(keepingCapacity: true)
  }
}
