// What a tenant used on one loop.

/// Counters of one lane since it was made. All only grow.
package struct LaneLedger: Sendable {
  /// Ticks of the time stamp counter spent in the lane's work.
  package var ticks: UInt64 = 0
  /// Pieces of work and jobs run.
  package var jobs: UInt64 = 0
  /// Times that the lane went from idle to ready.
  package var wakeups: UInt64 = 0
  /// Ticks between a lane becoming ready and its first turn, summed.
  package var waitTicks: UInt64 = 0
  /// The longest single job, in ticks.
  package var longestTicks: UInt64 = 0
  package var requests: UInt64 = 0
  package var bytesIn: UInt64 = 0
  package var bytesOut: UInt64 = 0

  package init() {}

  package static func += (sum: inout LaneLedger, other: LaneLedger) {
    sum.ticks += other.ticks
    sum.jobs += other.jobs
    sum.wakeups += other.wakeups
    sum.waitTicks += other.waitTicks
    sum.longestTicks = max(sum.longestTicks, other.longestTicks)
    sum.requests += other.requests
    sum.bytesIn += other.bytesIn
    sum.bytesOut += other.bytesOut
  }

  package var cpuNanoseconds: UInt64 { CPUClock.shared.nanoseconds(ticks) }
}
