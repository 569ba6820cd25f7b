// Who runs next: deficit round robin in CPU time, sparse lanes first.

/// Deficit round robin (Shreedhar and Varghese, 1995) over ready lanes, with the two lists of
/// FQ-CoDel (RFC 8290 section 4): a lane that was idle is served before lanes that are busy, once
/// per round.
@safe struct LaneScheduler {
  private var sparse = LaneList()
  private var bulk = LaneList()
  private(set) var readyLanes = 0
  let quantumTicks: Int64
  let renewalTicks: UInt64

  init(clock: CPUClock) {
    quantumTicks = Int64(clock.ticks(RuntimeLimits.quantumNanoseconds))
    renewalTicks = clock.ticks(RuntimeLimits.creditRenewalNanoseconds)
  }

  var isEmpty: Bool { readyLanes == 0 }

  /// Puts an idle lane that got work into a list.
  mutating func activate(_ lane: Lane) {
    precondition(lane.list == .idle)
    let now = CPUClock.now
    renewCredit(of: lane, now: now)
    lane.ledger.wakeups += 1
    lane.readyTicks = now
    lane.awaitsTurn = true
    readyLanes += 1
    if lane.deficit > 0 {
      lane.list = .sparse
      sparse.append(lane)
    } else {
      lane.list = .bulk
      bulk.append(lane)
    }
  }

  /// Gives a lane that was idle long enough its full quantum.
  func renewCredit(of lane: Lane, now: UInt64) {
    guard now &- lane.readyTicks > renewalTicks else { return }
    lane.deficit = quantumTicks * Int64(lane.weight)
    lane.readyTicks = now
  }

  /// The lane whose turn it is; it stays in its list until `endTurn`.
  mutating func nextLane() -> Lane? {
    while true {
      if let lane = sparse.first ?? bulk.first {
        if lane.deficit > 0 { return lane }
        rotate(lane)
      } else {
        return nil
      }
    }
  }

  /// Called after `lane`, the one that `nextLane` gave, has run.
  mutating func endTurn(_ lane: Lane) {
    if lane.queue.isEmpty {
      if lane.list == .sparse {
        // It stays listed for a round, so that it can't come first again at once.
        sparse.removeFirst()
        lane.list = .bulk
        bulk.append(lane)
      } else {
        bulk.removeFirst()
        lane.list = .idle
        lane.readyTicks = CPUClock.now
        readyLanes -= 1
      }
    } else if lane.deficit <= 0 {
      rotate(lane)
    }
  }

  private mutating func rotate(_ lane: Lane) {
    lane.deficit += quantumTicks * Int64(lane.weight)
    if lane.list == .sparse { sparse.removeFirst() } else { bulk.removeFirst() }
    lane.list = .bulk
    bulk.append(lane)
  }
}
