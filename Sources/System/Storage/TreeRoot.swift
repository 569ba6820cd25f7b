// Where a tree of the file starts.

/// The description of one tree: how deep it is, how many entries it has, where its root is.
struct TreeRoot: Equatable {
  let flags: UInt64
  let depth: Int
  let entries: UInt64
  let root: UInt64

  /// Reads the `PageFormat.treeBytes` bytes at `offset`.
  init(_ bytes: Span<UInt8>, at offset: Int) {
    flags = bytes.integer(at: offset + PageFormat.treeFlagsOffset, bytes: 2)
    depth = Int(bytes.integer(at: offset + PageFormat.treeDepthOffset, bytes: 2))
    entries = bytes.integer(at: offset + PageFormat.treeEntriesOffset, bytes: 8)
    root = bytes.integer(at: offset + PageFormat.treeRootOffset, bytes: 8)
  }

  var isEmpty: Bool { root == PageFormat.noPage }
}
