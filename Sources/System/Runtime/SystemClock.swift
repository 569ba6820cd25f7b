// The clocks of the system, as values.

import CLinux
import Glibc
package import Primitives

/// The clocks of the system. Only drivers read them; everything else is told the time.
package enum SystemClock {
  package static var monotonic: Instant {
    Instant(nanoseconds: skerry_monotonic_nanoseconds())
  }
  package static var wall: WallTime { WallTime(seconds: skerry_wall_seconds()) }
  /// Seconds since the machine was started, those among them in which it slept. Nobody sets this clock.
  package static var sinceBootSeconds: Int64 {
    Int64(skerry_clock_nanoseconds(CLOCK_BOOTTIME) / 1_000_000_000)
  }
  package static var processCPUNanoseconds: UInt64 { skerry_process_cpu_nanoseconds() }
}
