// Bytes of a file that only the kernel is to touch.

/// Who lends bytes of a file on a disk (`Bytes.loan`) to be sent by the kernel. They must not be read: a
/// reader would wait for the disk where the kernel has dropped them, and be ended by a signal where that
/// fails. Whoever sends them asks first whether they are in memory. Gone when nobody has the bytes any more.
open class FileLoan {
  package init() {}

  /// Whether the kernel has `count` bytes at `offset` of the file in memory, so that sending them waits for
  /// nothing. It may drop them right afterwards; that nobody can rule out.
  open func isInMemory(_ offset: Int, _ count: Int) -> Bool { true }

  /// Brings what is lent into memory, compares it with its checksum, and calls `then`, on another thread:
  /// whether that worked. Otherwise it must not be sent.
  open func bring(then: @escaping @Sendable (Bool) -> Void) { then(true) }
}
