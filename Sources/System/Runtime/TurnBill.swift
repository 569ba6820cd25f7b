// Whose the work of one lane's turn is.

/// Shares out what turns of one lane cost among those for whom they were: as of a connection whose records and frames
/// are many tenants'.
///
/// Confined to its loop.
package struct TurnBill {
  private var parts: [(lane: Lane, weight: UInt64)] = []
  /// That of all lanes, also of those that found no place.
  private var sum: UInt64 = 0
  private var begun: (shared: (deficit: Int64, ticks: UInt64), paidTicks: UInt64)?

  package init() {}

  /// Notes that the next turn to end, or the one under way, works for `lane`: as much as `weight` says, beside those
  /// of the others.
  package mutating func add(_ weight: Int, for lane: Lane) {
    let weight = UInt64(max(0, weight))
    sum += weight
    if let last = parts.indices.last, parts[last].lane === lane {
      parts[last].weight += weight
    } else if let index = parts.firstIndex(where: { $0.lane === lane }) {
      parts[index].weight += weight
    } else if parts.count < RuntimeLimits.payersOfTurn {
      parts.append((lane, weight))
    }
  }

  /// A turn of `lane` begins, which pays for now.
  package mutating func begin(_ lane: Lane) {
    lane.loop.settle()
    begun = (lane.loop.beginShared(lane), lane.ledger.ticks)
  }

  /// The turn ends. What it did for nobody `lane` pays itself.
  package mutating func end(_ lane: Lane) {
    guard let begun else { return }
    self.begun = nil
    let loop = lane.loop
    loop.charge(lane)
    loop.settle()
    // What was spent less than it seemed is taken back now and then.
    let ticks = lane.ledger.ticks - min(begun.paidTicks, lane.ledger.ticks)
    for part in parts where sum > 0 {
      loop.move(ticks * part.weight / sum, from: lane, to: part.lane)
    }
    parts.removeAll(keepingCapacity: true)
    sum = 0
    loop.endShared(begun.shared, lane)
  }
}
