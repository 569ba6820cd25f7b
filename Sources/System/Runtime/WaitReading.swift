// Who kept a lane waiting.

/// Waits of one lane in the last minute, or of several lanes of one tenant, in ticks.
///
/// A lane waits while it has work and others have the loop, and while what is left in its queue waits for
/// what came before it. Waits shorter than `RuntimeLimits.notedWaitNanoseconds` are not counted.
package struct WaitReading: Sendable {
  /// How often the lane waited for a turn.
  package private(set) var count: UInt64 = 0
  package private(set) var ticks: UInt64 = 0
  /// The longest wait for one turn.
  package private(set) var longestTicks: UInt64 = 0
  /// The part of `ticks` of which is known who had the loop. The following are parts of it, and what they
  /// leave is others'.
  package private(set) var explainedTicks: UInt64 = 0
  /// Behind the lane's own work.
  package private(set) var ownTicks: UInt64 = 0
  /// Behind what is nobody's: the loop and its system lane, and other programs on the same core.
  package private(set) var systemTicks: UInt64 = 0
  /// Behind work whose tenant was not known yet.
  package private(set) var arrivalTicks: UInt64 = 0
  /// Behind the lanes of a name, those that it was longest, in any order.
  package private(set) var culprits: [(name: String, ticks: UInt64)] = []

  package init() {}

  static func += (sum: inout WaitReading, tally: WaitTally) {
    var other = WaitReading()
    other.count = tally.count
    other.ticks = tally.ticks
    other.longestTicks = tally.longestTicks
    other.explainedTicks = tally.explainedTicks
    other.ownTicks = tally.ownTicks
    other.systemTicks = tally.systemTicks
    other.arrivalTicks = tally.arrivalTicks
    for index in tally.culprits.indices where tally.culprits[index].certainTicks > 0 {
      other.culprits.append((tally.culprits[index].name, tally.culprits[index].certainTicks))
    }
    sum += other
  }

  package static func += (sum: inout WaitReading, other: WaitReading) {
    sum.count += other.count
    sum.ticks += other.ticks
    sum.longestTicks = max(sum.longestTicks, other.longestTicks)
    sum.explainedTicks += other.explainedTicks
    sum.ownTicks += other.ownTicks
    sum.systemTicks += other.systemTicks
    sum.arrivalTicks += other.arrivalTicks
    for (name, ticks) in other.culprits {
      if let index = sum.culprits.firstIndex(where: { $0.name == name }) {
        sum.culprits[index].ticks += ticks
      } else {
        sum.culprits.append((name, ticks))
      }
    }
  }
}
