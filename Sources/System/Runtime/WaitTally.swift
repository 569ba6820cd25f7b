// What one lane waited for, in one window of time.

/// Sums of a lane's waits, and the lanes that it waited behind most, all in ticks.
///
/// The lanes are counted by Space-Saving (Metwally, Agrawal and El Abbadi, 2005): a lane that finds no place
/// takes that of the smallest, and its count. Who has more than a quarter of all is always there.
struct WaitTally {
  /// A lane that others waited behind.
  struct Culprit {
    /// The lane's own number: lanes end, and addresses and names are used again.
    var number: UInt64 = 0
    var name = ""
    var ticks: UInt64 = 0
    /// What of `ticks` may have been others', who gave way.
    var inheritedTicks: UInt64 = 0

    /// What is certainly this lane's.
    var certainTicks: UInt64 { ticks - inheritedTicks }
  }

  /// The window that this is the tally of.
  var period: UInt64 = 0
  var sums = WaitSums()
  private(set) var culprits = InlineArray<4, Culprit>(repeating: Culprit())

  /// Counts `ticks` in which `lane` had the loop, nil for the loop itself, while `waiter` waited.
  mutating func explain(_ waiter: Lane, behind lane: Lane?, ticks: UInt64) {
    sums.explainedTicks += ticks
    guard let lane else {
      sums.systemTicks += ticks
      return
    }
    if lane === waiter {
      sums.ownTicks += ticks
      return
    }
    switch lane.role {
    case .system: sums.systemTicks += ticks
    case .arrival: sums.arrivalTicks += ticks
    case .tenant where lane.isCommon: sums.systemTicks += ticks
    case .tenant: blame(lane, ticks)
    }
  }

  private mutating func blame(_ lane: Lane, _ ticks: UInt64) {
    var smallest = 0
    for index in culprits.indices {
      if culprits[index].number == lane.number {
        culprits[index].ticks += ticks
        return
      }
      if culprits[index].ticks < culprits[smallest].ticks { smallest = index }
    }
    let inherited = culprits[smallest].ticks
    culprits[smallest] = Culprit(
      number: lane.number, name: lane.name, ticks: inherited + ticks, inheritedTicks: inherited)
  }
}
