// Signals as events of a loop.

import CLinux

/// Receives signals through a descriptor, on a loop's system lane.
package final class SignalSource: Channel {
  private let received: (Int32) -> Void

  /// Blocks `signals` in the calling thread and reports them to `received` instead. Call it in main
  /// before other threads start, so that they inherit the mask.
  package init(
    _ signals: [Int32], loop: EventLoop, received: @escaping (Int32) -> Void
  ) throws(RuntimeError) {
    let result = unsafe signals.withUnsafeBufferPointer {
      unsafe skerry_signal_descriptor($0.baseAddress, Int32($0.count))
    }
    guard result >= 0 else { throw RuntimeError("receive", "signals", result: Int(result)) }
    self.received = received
    super.init(descriptor: result, on: loop.systemLane)
  }

  package override func ready() {
    while isOpen {
      let signal = skerry_read_signal(descriptor)
      guard signal > 0 else { return }
      received(signal)
    }
  }
}

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
