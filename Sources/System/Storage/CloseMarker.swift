// Did the last process that had the environment open close it properly?

import Glibc

/// The file that says "closed properly", with what the data file was then.
///
/// It is removed, durably, before the environment is opened and written after the last process
/// closed it. Where it is missing, or does not fit the data file, the whole file is checked first.
enum CloseMarker {
  /// Whether the environment was closed properly and its file is still the same.
  static func matches(_ geometry: StorageGeometry, in directory: String) -> Bool {
    let path = StoragePaths.marker(in: directory)
    // A marker that can't be read counts as none: the check then finds out.
    guard let content = try? StoredFile.read(path, maximumBytes: 256) else { return false }
    return content == Array(text(geometry).utf8)
  }

  static func remove(in directory: String) throws(StorageError) {
    let path = StoragePaths.marker(in: directory)
    guard unsafe unlink(path) == 0 else {
      if errno == ENOENT { return }
      throw .of(errno, "removing", path)
    }
    try OpenFile.synchroniseDirectory(directory)
  }

  static func write(_ geometry: StorageGeometry, in directory: String) throws(StorageError) {
    var file = try ReplacementFile(for: StoragePaths.marker(in: directory))
    try file.append(Array(text(geometry).utf8).span)
    try file.commit()
  }

  private static func text(_ geometry: StorageGeometry) -> String {
    "closed at transaction \(geometry.transaction), \(geometry.fileBytes) bytes\n"
  }
}
