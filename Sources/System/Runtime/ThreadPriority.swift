// Which threads go first where they want the same core.

import CLinux

/// How the kernel is to treat a loop's thread beside the other threads of the process.
package enum ThreadPriority: Sendable {
  /// Tenants wait for it: it goes on as soon as it has something to do.
  case serving
  /// Works beside the loops (storage, look-ups, the disk, the API), and gives way to them without starving.
  case background
  /// As the process was started.
  case inherited

  /// Asks for it for the calling thread. A kernel that knows no slices, or a sandbox that refuses, leaves
  /// the thread as it was. What the operator chose (`chrt`, `nice`) stays, or is what this adds to.
  func takeEffect() {
    switch self {
    case .serving: skerry_thread_set_slice(RuntimeLimits.servingSliceNanoseconds)
    case .background: skerry_thread_add_niceness(RuntimeLimits.backgroundNiceness)
    case .inherited: break
    }
  }

  /// The niceness of the calling thread, from -20 to 19.
  package static var niceness: Int32 { skerry_thread_niceness() }

  /// The slice of the calling thread; 0 on a kernel that knows none.
  package static var sliceNanoseconds: UInt64 { skerry_thread_slice() }
}
