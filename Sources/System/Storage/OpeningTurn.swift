// One process at a time opens or closes an environment.

import Glibc

/// The right to open or close the environment of a directory, held until it goes out of scope.
struct OpeningTurn: ~Copyable {
  let directory: String
  private let lock: FileLock

  /// Waits for the turn, for a bounded time.
  init(_ directory: String) throws(StorageError) {
    lock = try FileLock(StoragePaths.gate(in: directory))
    self.directory = directory
  }

  /// Looks at the file before it is mapped, and takes the mark of the last closing away.
  ///
  /// Everything is checked, unless somebody else has the environment open (then it was checked when
  /// that process opened it, and changes under the check), or the file is large and the mark fits.
  /// An expendable file is checked if it was in doubt before and is again.
  func prepare(_ configuration: StorageConfiguration) throws(StorageError) {
    if configuration.isExclusive, let process = try holder() {
      throw .inUse(path: directory, processID: process)
    }
    let path = StoragePaths.data(in: directory)
    if StoredFile.exists(path) {
      let data = try OpenFile(path, flags: O_RDONLY)
      let isShared = try isHeldByAnother()
      if let geometry = try geometry(data, isShared: isShared),
        !isShared, try !isTrusted(geometry, configuration)
      {
        let check = try StorageCheck(data)
        guard check.isSound else { throw .corrupted(path: path, damages: check.damages) }
        try DoubtMarker.remove(in: directory)
      }
    }
    try CloseMarker.remove(in: directory)
  }

  private func isTrusted(
    _ geometry: StorageGeometry, _ configuration: StorageConfiguration
  ) throws(StorageError) -> Bool {
    if configuration.isExpendable {
      if CloseMarker.matches(geometry, in: directory) {
        try DoubtMarker.remove(in: directory)
        return true
      }
      return try DoubtMarker.leave(in: directory)
    }
    return geometry.fileBytes > StorageLimits.alwaysCheckedBytes
      && CloseMarker.matches(geometry, in: directory)
  }

  /// Leaves the mark of a proper closing, if this was the last process. The environment must be
  /// closed. Failing is no harm: without the mark the next opening checks everything.
  consuming func leaveMark() {
    do {
      guard try !isHeldByAnother() else { return }
      let data = try OpenFile(StoragePaths.data(in: directory), flags: O_RDONLY)
      guard let geometry = try StorageGeometry.read(data) else { return }
      try CloseMarker.write(geometry, in: directory)
    } catch {
      return
    }
  }

  /// The header of the data file. Another process may be writing it just now: then a second look.
  private func geometry(
    _ data: borrowing OpenFile, isShared: Bool
  ) throws(StorageError) -> StorageGeometry? {
    guard isShared else { return try StorageGeometry.read(data) }
    do {
      return try StorageGeometry.read(data)
    } catch {
      usleep(1_000)
      return try StorageGeometry.read(data)
    }
  }

  /// Whether another process has the environment open.
  func isHeldByAnother() throws(StorageError) -> Bool { try holder() != nil }

  /// A process that has the environment open, 0 if it is of another namespace: LMDB's processes each
  /// hold a lock on the first byte of the lock file. Only while this process has none open: closing
  /// the file that is opened here would drop its lock.
  private func holder() throws(StorageError) -> Int32? {
    let path = StoragePaths.lock(in: directory)
    guard StoredFile.exists(path) else { return nil }
    let lock = try OpenFile(path, flags: O_RDWR)
    var query = flock()
    query.l_type = Int16(F_WRLCK)
    query.l_whence = Int16(SEEK_SET)
    query.l_start = 0
    query.l_len = 1
    guard unsafe fcntl(lock.descriptor, F_GETLK, &query) == 0 else {
      throw .of(errno, "asking for locks of", path)
    }
    return query.l_type == Int16(F_UNLCK) ? nil : max(query.l_pid, 0)
  }
}
