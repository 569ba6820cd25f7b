// The check of a whole file without mapping it: every page, every record.

import Glibc

/// What a check of an environment found.
///
/// The file is read with `pread`, never mapped and never through LMDB, so that no damage can end
/// the process. Nobody may write during a check: pages would change under it.
package struct StorageCheck: Sendable {
  /// The data file that was read.
  package let path: String

  package private(set) var damages: [StorageDamage] = []

  /// Records read in all tables.
  package private(set) var records = 0

  /// Pages that are in use.
  package private(set) var pages = 0

  package var isSound: Bool { damages.isEmpty }

  /// Checks the environment in `directory`; a missing or empty one is sound.
  package init(directory: String) throws(StorageError) {
    path = StoragePaths.data(in: directory)
    guard StoredFile.exists(path) else { return }
    try check(OpenFile(path, flags: O_RDONLY))
  }

  init(_ file: borrowing OpenFile) throws(StorageError) {
    path = file.path
    try check(file)
  }

  private mutating func check(_ file: borrowing OpenFile) throws(StorageError) {
    do {
      guard let geometry = try StorageGeometry.read(file) else { return }
      var walk = PageWalk(geometry)
      try walk.walk(file)
      damages = walk.damages
      records = walk.records
      pages = walk.pages
    } catch {
      guard case .corrupted(_, let found) = error else { throw error }
      damages = found
    }
  }
}
