// The look at a file before LMDB maps it: what it would trust, it must be able to trust.

import Glibc

/// The header of a data file, as far as it was found sound.
///
/// LMDB maps the file and believes it: a file that is shorter than its header says, or whose
/// header is garbage, ends the process by SIGBUS or SIGSEGV. So it is read first, through `pread`.
struct StorageGeometry: Equatable {
  let pageBytes: Int
  let fileBytes: Int
  let lastPage: UInt64
  let transaction: UInt64
  let freeTree: TreeRoot
  let mainTree: TreeRoot

  /// Whole pages in the file.
  var filePages: Int { fileBytes / pageBytes }

  /// Whether pages were given out that the file does not reach. This happens in sound files (pages
  /// that a transaction took and gave back are not written) and in cut ones.
  var claimsBeyondFile: Bool { lastPage >= UInt64(filePages) }

  /// The geometry of `file`; nil if it is empty, which is a new environment.
  static func read(_ file: borrowing OpenFile) throws(StorageError) -> StorageGeometry? {
    let size = try file.size
    guard size > 0 else { return nil }
    let first = try file.read(PageFormat.metaBytes, at: 0)
    let pageBytes = try pageBytes(first.span, path: file.path)
    guard size >= 2 * pageBytes else {
      throw .corrupted(
        path: file.path,
        damages: [
          StorageDamage(place: "the file", problem: "is cut off: it has \(size) bytes")
        ])
    }
    let second = try file.read(PageFormat.metaBytes, at: pageBytes)
    let metas = [first, second]
    var damages: [StorageDamage] = []
    var found: [StorageGeometry] = []
    for (number, meta) in metas.enumerated() {
      if let problem = headerProblem(meta.span, number: number, pageBytes: pageBytes) {
        damages.append(StorageDamage(place: "header page \(number)", problem: problem))
        continue
      }
      let geometry = StorageGeometry(meta.span, pageBytes: pageBytes, fileBytes: size)
      if let problem = geometry.problem {
        damages.append(StorageDamage(place: "header page \(number)", problem: problem))
      } else {
        found.append(geometry)
      }
    }
    // LMDB refuses a file with one bad header page, so one is as bad as two.
    guard damages.isEmpty, let newest = found.max(by: { $0.transaction < $1.transaction }) else {
      throw .corrupted(path: file.path, damages: damages)
    }
    return newest
  }

  private init(_ meta: Span<UInt8>, pageBytes: Int, fileBytes: Int) {
    self.pageBytes = pageBytes
    self.fileBytes = fileBytes
    lastPage = meta.integer(at: PageFormat.lastPageOffset, bytes: 8)
    transaction = meta.integer(at: PageFormat.transactionOffset, bytes: 8)
    freeTree = TreeRoot(meta, at: PageFormat.freeTreeOffset)
    mainTree = TreeRoot(meta, at: PageFormat.mainTreeOffset)
  }

  /// Magic and version come first: a file of another format is no damage.
  private static func pageBytes(_ meta: Span<UInt8>, path: String) throws(StorageError) -> Int {
    func damaged(_ problem: String) -> StorageError {
      .corrupted(path: path, damages: [StorageDamage(place: "header page 0", problem: problem)])
    }
    guard meta.count == PageFormat.metaBytes else { throw damaged("is cut off") }
    guard meta.integer(at: PageFormat.magicOffset, bytes: 4) == PageFormat.magic else {
      throw damaged("does not begin as LMDB's do")
    }
    guard meta.integer(at: PageFormat.versionOffset, bytes: 4) == PageFormat.dataVersion else {
      throw .versionMismatch(path: path)
    }
    let size = Int(meta.integer(at: PageFormat.freeTreeOffset, bytes: 4))
    guard size >= 512, size <= 65_536, size & (size - 1) == 0 else {
      throw damaged("has the page size \(size)")
    }
    return size
  }

  private static func headerProblem(
    _ meta: Span<UInt8>, number: Int, pageBytes: Int
  ) -> String? {
    guard meta.count == PageFormat.metaBytes else { return "is cut off" }
    guard meta.integer(at: PageFormat.flagsOffset, bytes: 2) & PageFormat.meta != 0,
      meta.integer(at: 0, bytes: 8) == UInt64(number)
    else { return "is not marked as one" }
    guard meta.integer(at: PageFormat.magicOffset, bytes: 4) == PageFormat.magic,
      meta.integer(at: PageFormat.versionOffset, bytes: 4) == PageFormat.dataVersion
    else { return "does not begin as LMDB's do" }
    guard meta.integer(at: PageFormat.freeTreeOffset, bytes: 4) == UInt64(pageBytes) else {
      return "has another page size than header page 0"
    }
    return nil
  }

  /// What can't be true of this header, if anything.
  private var problem: String? {
    guard lastPage >= 1, lastPage < UInt64(StorageLimits.mapBytesMaximum / pageBytes) else {
      return "says that the last page is \(lastPage)"
    }
    // Other flags would make LMDB read records in another way, or map at a given address.
    guard freeTree.flags == PageFormat.freeTreeFlags, mainTree.flags == 0 else {
      return "has unknown flags"
    }
    for (name, tree) in [("free list", freeTree), ("main tree", mainTree)] where !tree.isEmpty {
      guard tree.root >= 2, tree.root < UInt64(filePages), tree.root <= lastPage else {
        return "says that the \(name) starts at page \(tree.root), and the file has \(filePages)"
      }
      guard tree.depth >= 1, tree.depth <= StorageLimits.treeDepth else {
        return "says that the \(name) is \(tree.depth) pages deep"
      }
    }
    return nil
  }
}
