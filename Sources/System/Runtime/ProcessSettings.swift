// What a process sets and asks of the kernel about itself.

import CLinux

/// Settings of the process as a whole.
package enum ProcessSettings {
  /// Raises the limit of open files to what is allowed and ignores SIGPIPE; the limit.
  package static func prepare() -> Int {
    skerry_ignore_broken_pipes()
    return Int(skerry_raise_descriptor_limit())
  }

  /// The processors that the process may run on, in order (`sched_getaffinity`): fewer than the machine
  /// has in a container or under `taskset`.
  package static func allowedProcessors() throws(RuntimeError) -> [Int32] {
    var processors: [Int32] = []
    var count: Int32 = 0
    unsafe withUnsafeTemporaryAllocation(
      of: Int32.self, capacity: RuntimeLimits.processors
    ) { buffer in
      // Safe: the call writes at most as many as the buffer holds, and says how many.
      unsafe count = skerry_allowed_cpus(buffer.baseAddress, Int32(buffer.count))
      if count > 0 { unsafe processors.append(contentsOf: buffer.prefix(Int(count))) }
    }
    guard count > 0 else { throw RuntimeError("ask for", "processors", result: Int(count)) }
    return processors
  }

  package static var processID: Int { Int(skerry_process_id()) }

  /// Memory of the process that is in RAM, in bytes.
  package static var residentBytes: UInt64 { UInt64(max(0, skerry_resident_bytes())) }

  /// Threads of this process.
  package static var threadCount: Int { Int(skerry_thread_count()) }

  /// Lets `descriptor` survive exec, or not.
  package static func keep(_ descriptor: Int32, acrossExec: Bool) {
    skerry_keep_across_exec(descriptor, acrossExec)
  }
}
