// What a process sets and asks of the kernel about itself.

import CLinux

/// Settings of the process as a whole.
package enum ProcessSettings {
  /// Raises the limit of open files to what is allowed and ignores SIGPIPE; the limit.
  package static func prepare() -> Int {
    skerry_ignore_broken_pipes()
    return Int(skerry_raise_descriptor_limit())
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
