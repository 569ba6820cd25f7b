// Page faults, as the kernel counts them.

import CLinux

/// Page faults of the calling thread.
package enum PageFaults {
  /// Those that waited for a disk since the thread asked last. A system call.
  package static func takeMajor() -> Int { Int(skerry_take_major_faults()) }
}
