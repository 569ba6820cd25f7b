// How long a lane waited, and what for.

/// Sums of waits, in ticks.
package struct WaitSums: Sendable {
  /// How often the lane waited for a turn, or what was left in its queue for what came before it.
  package internal(set) var count: UInt64 = 0
  package internal(set) var ticks: UInt64 = 0
  /// The longest of these waits.
  package internal(set) var longestTicks: UInt64 = 0
  /// The part of `ticks` of which is known who had the loop. The following are parts of it, and what they
  /// leave is others'.
  package internal(set) var explainedTicks: UInt64 = 0
  /// Behind the lane's own work.
  package internal(set) var ownTicks: UInt64 = 0
  /// Behind what is nobody's: the loop and its system lane, and other programs on the same core.
  package internal(set) var systemTicks: UInt64 = 0
  /// Behind work whose tenant was not known yet.
  package internal(set) var arrivalTicks: UInt64 = 0

  static func += (sum: inout WaitSums, other: WaitSums) {
    sum.count += other.count
    sum.ticks += other.ticks
    sum.longestTicks = max(sum.longestTicks, other.longestTicks)
    sum.explainedTicks += other.explainedTicks
    sum.ownTicks += other.ownTicks
    sum.systemTicks += other.systemTicks
    sum.arrivalTicks += other.arrivalTicks
  }
}
