// Ticks of the processor's time stamp counter, and what they are in nanoseconds.

import CLinux
package import Primitives

/// Turns ticks into nanoseconds and back. Reading the counter takes a few nanoseconds, reading a
/// thread's CPU clock a system call; so jobs are measured in ticks.
package struct CPUClock: Sendable {
  /// Nanoseconds per tick, times 2 to the power of 32.
  private let scale: UInt64
  /// Ticks per nanosecond, times 2 to the power of 16.
  private let inverse: UInt64

  /// Measures the counter against the monotonic clock for about two milliseconds.
  private init() {
    let start = (skerry_ticks(), skerry_monotonic_nanoseconds())
    var end = start
    repeat { end = (skerry_ticks(), skerry_monotonic_nanoseconds()) } while end.1 - start.1
      < 2_000_000
    let ticks = max(end.0 &- start.0, 1)
    scale = ((end.1 - start.1) << 32) / ticks
    inverse = (ticks << 16) / (end.1 - start.1)
  }

  package static let shared = CPUClock()

  package func nanoseconds(_ ticks: UInt64) -> UInt64 {
    ticks.multipliedFullWidth(by: scale).high << 32
      | ticks.multipliedFullWidth(by: scale).low >> 32
  }

  package func ticks(_ nanoseconds: UInt64) -> UInt64 {
    nanoseconds.multipliedFullWidth(by: inverse).high << 48
      | nanoseconds.multipliedFullWidth(by: inverse).low >> 16
  }

  /// The counter now.
  @inline(__always) static var now: UInt64 { skerry_ticks() }
}

/// The clocks of the system. Only drivers read them; everything else is told the time.
package enum SystemClock {
  package static var monotonic: Instant {
    Instant(nanoseconds: skerry_monotonic_nanoseconds())
  }
  package static var wall: WallTime { WallTime(seconds: skerry_wall_seconds()) }
  package static var processCPUNanoseconds: UInt64 { skerry_process_cpu_nanoseconds() }
}
