// Was an expendable file, which was not closed properly, taken into use without a check?

import Glibc

/// The file that says so. It is there from such an opening until `StorageEnvironment.confirm`, a
/// check, or a proper closing: where an opening finds it, the process before may have died of it.
enum DoubtMarker {
  /// Leaves the mark; false if it was there already.
  static func leave(in directory: String) throws(StorageError) -> Bool {
    let path = StoragePaths.doubt(in: directory)
    guard !StoredFile.exists(path) else { return false }
    let file = try OpenFile(path, flags: O_WRONLY | O_CREAT)
    try file.synchronise()
    try OpenFile.synchroniseDirectory(directory)
    return true
  }

  static func remove(in directory: String) throws(StorageError) {
    let path = StoragePaths.doubt(in: directory)
    guard unsafe unlink(path) == 0 || errno == ENOENT else { throw .of(errno, "removing", path) }
  }
}
