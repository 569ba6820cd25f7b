// Who lends bodies of records.

import Runtime

/// Which bodies may be lent, and by whom what the kernel has dropped of them is brought.
struct DiskLender: Sendable {
  /// Bytes of the smallest.
  let leastBytes: Int
  /// A thread that may wait for the disk.
  let reader: Lane
}
