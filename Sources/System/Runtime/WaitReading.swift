// Who kept a lane waiting.

/// Waits of one lane in the last minute, or of several lanes of one tenant, in ticks.
///
/// A lane waits while it has work and others have the loop, and while what is left in its queue waits for
/// what came before it. Waits shorter than `RuntimeLimits.notedWaitNanoseconds` are not counted.
package struct WaitReading: Sendable {
  package private(set) var sums = WaitSums()
  /// Behind the lanes of a name, those that it was longest, in any order.
  package private(set) var culprits: [(name: String, ticks: UInt64)] = []

  package init() {}

  static func += (sum: inout WaitReading, tally: WaitTally) {
    sum.sums += tally.sums
    for index in tally.culprits.indices where tally.culprits[index].certainTicks > 0 {
      sum.blame(tally.culprits[index].name, tally.culprits[index].certainTicks)
    }
  }

  package static func += (sum: inout WaitReading, other: WaitReading) {
    sum.sums += other.sums
    for (name, ticks) in other.culprits { sum.blame(name, ticks) }
  }

  private mutating func blame(_ name: String, _ ticks: UInt64) {
    if let index = culprits.firstIndex(where: { $0.name == name }) {
      culprits[index].ticks += ticks
    } else {
      culprits.append((name, ticks))
    }
  }
}
