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
