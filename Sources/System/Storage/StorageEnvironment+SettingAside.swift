// Moving a damaged file out of the way.

import Glibc

extension StorageEnvironment {
  /// Moves the data file of `directory` to `NAME-1`, or the next number that is free, and returns
  /// its new path. The next opening makes a new one. Throws `incompatibleProcess` while another
  /// process has it open.
  package static func setAside(
    _ directory: String, as name: String
  ) throws(StorageError) -> String {
    let turn = try OpeningTurn(directory)
    return try turn.setAside(as: name)
  }
}

extension OpeningTurn {
  consuming func setAside(as name: String) throws(StorageError) -> String {
    guard try !isHeldByAnother() else { throw .incompatibleProcess(path: directory) }
    var number = 1
    while StoredFile.exists("\(directory)/\(name)-\(number)") { number += 1 }
    let path = "\(directory)/\(name)-\(number)"
    let data = StoragePaths.data(in: directory)
    guard unsafe rename(data, path) == 0 else { throw .of(errno, "renaming", data) }
    try CloseMarker.remove(in: directory)
    try OpenFile.synchroniseDirectory(directory)
    return path
  }
}
