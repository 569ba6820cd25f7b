// table: the layout of LMDB 0.9's file, as `StorageCheck` reads it (mdb.c, format version 1).

/// Offsets and flags of LMDB's pages, for machines that are 64-bit and little-endian.
enum PageFormat {
  static let magic: UInt64 = 0xBEEF_C0DE
  static let dataVersion: UInt64 = 1

  /// A page: number (8), padding (2), flags (2), then lower and upper bound (2, 2) of the free
  /// space, or the count of pages of an overflow run (4).
  static let headerBytes = 16
  static let flagsOffset = 10
  static let lowerOffset = 12
  static let upperOffset = 14

  static let branch: UInt64 = 0x01
  static let leaf: UInt64 = 0x02
  static let overflow: UInt64 = 0x04
  static let meta: UInt64 = 0x08

  /// The meta content after the header: magic (4), version (4), address (8), map size (8), two
  /// trees (48 each: free list, main), last page (8), transaction (8).
  static let magicOffset = 16
  static let versionOffset = 20
  static let freeTreeOffset = 40
  static let mainTreeOffset = 88
  static let lastPageOffset = 136
  static let transactionOffset = 144
  static let metaBytes = 152

  /// A tree: page size or padding (4), flags (2), depth (2), pages of three kinds (24),
  /// entries (8), root (8).
  static let treeBytes = 48
  static let treeFlagsOffset = 4
  static let treeDepthOffset = 6
  static let treeEntriesOffset = 32
  static let treeRootOffset = 40
  static let freeTreeFlags: UInt64 = 0x08
  static let noPage = UInt64.max

  /// A node: low and high half of the size or child (2, 2), flags or child (2), key size (2), key.
  static let nodeBytes = 8
  static let nodeOverflow: UInt64 = 0x01
  static let nodeTree: UInt64 = 0x02
}
