// Ticks of the processor's time stamp counter, and what they are in nanoseconds.

import CLinux

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

  /// How long `ticks` are; exact to the calibration (about 1 in 1,000).
  package func nanoseconds(_ ticks: UInt64) -> UInt64 {
    ticks.multipliedFullWidth(by: scale).high << 32
      | ticks.multipliedFullWidth(by: scale).low >> 32
  }

  /// How many ticks pass in `nanoseconds`.
  package func ticks(_ nanoseconds: UInt64) -> UInt64 {
    nanoseconds.multipliedFullWidth(by: inverse).high << 48
      | nanoseconds.multipliedFullWidth(by: inverse).low >> 16
  }

  /// The counter now.
  @inline(__always) static var now: UInt64 { skerry_ticks() }
}
