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
    self.init(ticks: { skerry_ticks() }, nanoseconds: { skerry_monotonic_nanoseconds() })
  }

  private init(scale: UInt64, inverse: UInt64) {
    self.scale = scale
    self.inverse = inverse
  }

  /// Measures `ticks` against `nanoseconds`, which are the readings of two clocks.
  init(ticks: () -> UInt64, nanoseconds: () -> UInt64) {
    let start = Self.reading(ticks, nanoseconds)
    while nanoseconds() - start.nanoseconds < 2_000_000 {}
    let end = Self.reading(ticks, nanoseconds)
    let passed = max(end.ticks &- start.ticks, 1)
    scale = ((end.nanoseconds - start.nanoseconds) << 32) / passed
    inverse = (passed << 16) / (end.nanoseconds - start.nanoseconds)
  }

  /// Both clocks at one instant: of several readings the one that took least, since whoever has the core
  /// between the two may keep it for longer than all that is measured.
  private static func reading(
    _ ticks: () -> UInt64, _ nanoseconds: () -> UInt64
  ) -> (ticks: UInt64, nanoseconds: UInt64) {
    var best = (ticks: UInt64(0), nanoseconds: UInt64(0))
    var least = UInt64.max
    for _ in 0..<16 {
      let before = ticks()
      let read = nanoseconds()
      let taken = ticks() &- before
      guard taken < least else { continue }
      least = taken
      best = (before &+ taken / 2, read)
    }
    return best
  }

  package static let shared = CPUClock()

  /// That of virtual time: a tick is a nanosecond.
  static let virtual = CPUClock(scale: 1 << 32, inverse: 1 << 16)

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
