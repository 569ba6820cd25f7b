// Whole files: does it exist, read it, where is it.

import Glibc

/// What can be asked of a file by its path.
package enum StoredFile {
  /// Whether there is anything at `path`.
  package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Whether this user may not even see if there is anything at `path`.
  package static func isHidden(_ path: String) -> Bool {
    unsafe access(path, F_OK) != 0 && errno == EACCES
  }

  /// The content of the file at `path`; more than `maximumBytes` throws `EFBIG`.
  package static func read(_ path: String, maximumBytes: Int) throws(StorageError) -> [UInt8] {
    let file = try OpenFile(path, flags: O_RDONLY)
    let size = try file.size
    guard size <= maximumBytes else {
      throw .system(operation: "reading", path: path, code: EFBIG)
    }
    return try file.read(size, at: 0)
  }

  /// The first `bytes` bytes of the file at `path`, or all if it is shorter.
  package static func readBeginning(
    _ path: String, bytes: Int
  ) throws(StorageError) -> [UInt8] {
    let file = try OpenFile(path, flags: O_RDONLY)
    return try file.read(bytes, at: 0)
  }

  /// The size of the file at `path`, in bytes.
  package static func size(_ path: String) throws(StorageError) -> Int {
    try OpenFile(path, flags: O_RDONLY).size
  }

  /// Adds `bytes` to the end of the file at `path`, which must exist, and makes them durable.
  package static func append(_ bytes: Span<UInt8>, to path: String) throws(StorageError) {
    let file = try OpenFile(path, flags: O_WRONLY | O_APPEND)
    try file.write(bytes)
    try file.synchronise()
  }

  /// Whether the file system of `path` has less left than a small write needs.
  static func isDiskFull(_ path: String) -> Bool {
    var state = statvfs()
    guard unsafe statvfs(path, &state) == 0 else { return false }
    return Int(state.f_bavail) * Int(state.f_frsize) < StorageLimits.fullDiskBytes
  }

  /// The directory that holds `path`.
  static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Makes the directory at `path`, whose parent must exist, for its owner only.
  static func makeDirectory(_ path: String) throws(StorageError) {
    guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw .of(errno, "making the directory", path)
    }
  }
}
