// Every limit of Storage, with its unit, its reason and what happens at it.

/// The limits of a storage environment.
package enum StorageLimits {
  /// Address space reserved for the file at first, in bytes. It costs neither memory nor disk; the
  /// file grows by what is written. At it the map is grown and the transaction runs again.
  package static let mapBytes = 16 << 30

  /// The largest map, in bytes; at it a write throws `StorageError.mapFull`.
  package static let mapBytesMaximum = 1 << 40

  /// The smallest map that opening falls back to when the process may not reserve more, in bytes.
  static let mapBytesMinimum = 64 << 20

  /// Read transactions open at one time in all processes; at it, after dead readers were cleared,
  /// reading throws `StorageError.readersFull`. Each costs 64 bytes of the lock file.
  package static let readers = 1_024

  /// Bytes of a segment file that can be lent, of address space; what lies behind them is read.
  static let lentBytes = 512 << 20

  /// Tables of an environment; more is a mistake of the program and stops it.
  static let tables: UInt32 = 32

  /// The longest key in bytes: LMDB's own. At it a write throws `StorageError.keyLength`.
  package static let keyBytes = 511

  /// How long growing the map waits for this process's transactions to end, in milliseconds;
  /// then the write throws `StorageError.mapFull`.
  static let growingWaitMilliseconds = 5_000

  /// How long opening and closing wait for another process that is doing the same, in
  /// milliseconds; then opening throws `StorageError.busy`.
  static let gateWaitMilliseconds = 5_000

  /// The greatest depth of a table's tree: LMDB's own cursor stack. A deeper one is damage.
  static let treeDepth = 32

  /// Damages that a check lists, in all; one that finds more stops there.
  static let damagesListed = 100

  /// A disk with less left than this, in bytes, is called full when a write fails.
  static let fullDiskBytes = 64 << 10

  /// The size of the buffer of a file that is being written, in bytes.
  static let fileBufferBytes = 256 << 10

  /// The size of a file that is checked as a whole at every opening, in bytes; a larger one, which
  /// would delay the start, only if it was not closed properly.
  static let alwaysCheckedBytes = 256 << 20
}
