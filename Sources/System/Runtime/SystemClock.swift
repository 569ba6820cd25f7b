// The clocks of the system, as values.

import CLinux
package import Primitives

/// The clocks of the system. Only drivers read them; everything else is told the time.
package enum SystemClock {
  package static var monotonic: Instant {
    Instant(nanoseconds: skerry_monotonic_nanoseconds())
  }
  package static var wall: WallTime { WallTime(seconds: skerry_wall_seconds()) }
  package static var processCPUNanoseconds: UInt64 { skerry_process_cpu_nanoseconds() }
}
