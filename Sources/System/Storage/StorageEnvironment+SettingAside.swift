// Moving a damaged file out of the way, or removing it.

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

  /// Removes the data file of `directory`: the next opening makes a new one. For what can be had
  /// again. Throws `incompatibleProcess` while another process has it open.
  package static func discard(_ directory: String) throws(StorageError) {
    let turn = try OpeningTurn(directory)
    try turn.discard()
  }
}

extension OpeningTurn {
  consuming func discard() throws(StorageError) {
    guard try !isHeldByAnother() else { throw .incompatibleProcess(path: directory) }
    let data = StoragePaths.data(in: directory)
    guard unsafe unlink(data) == 0 || errno == ENOENT else { throw .of(errno, "removing", data) }
    try CloseMarker.remove(in: directory)
    try DoubtMarker.remove(in: directory)
    try OpenFile.synchroniseDirectory(directory)
  }

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
