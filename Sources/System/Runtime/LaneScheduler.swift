// Who runs next: deficit round robin in CPU time, sparse lanes first.

/// Deficit round robin (Shreedhar and Varghese, 1995) over ready lanes, with the two lists of
/// FQ-CoDel (RFC 8290 section 4): a lane that was idle is served before lanes that are busy, once
/// per round.
@safe struct LaneScheduler {
  private var sparse = LaneList()
  private var bulk = LaneList()
  private(set) var readyLanes = 0
  /// How many of these are tenants' own.
  private var readyTenantLanes = 0
  private var readyArrivalLanes = 0
  let quantumTicks: Int64
  let renewalTicks: Int64

  init(clock: CPUClock) {
    quantumTicks = Int64(clock.ticks(RuntimeLimits.quantumNanoseconds))
    renewalTicks = Int64(clock.ticks(RuntimeLimits.creditRenewalNanoseconds))
  }

  var isEmpty: Bool { readyLanes == 0 }

  /// Puts an idle lane that got work into a list.
  mutating func activate(_ lane: Lane) {
    precondition(lane.list == .idle)
    let now = CPUClock.now
    renewCredit(of: lane, now: now)
    lane.ledger.wakeups += 1
    lane.readyTicks = now
    lane.wait = .first
    count(lane, 1)
    if lane.deficit > 0 {
      lane.list = .sparse
      sparse.append(lane)
    } else {
      lane.list = .bulk
      bulk.append(lane)
    }
  }

  /// Gives a lane that was idle long enough its full quantum; and one without credit another one, if
  /// no lane but the system's waits beside it: such rounds are over as soon as they begin.
  func renewCredit(of lane: Lane, now: UInt64) {
    let isIdle = lane.list == .idle
    if isIdle, Int64(truncatingIfNeeded: now &- lane.readyTicks) > renewalTicks {
      lane.deficit = quantum(of: lane)
      lane.readyTicks = now
    } else if lane.deficit <= 0,
      readyTenantLanes + readyArrivalLanes == (isIdle || lane.role == .system ? 0 : 1)
    {
      lane.deficit += quantum(of: lane)
    }
  }

  /// Whether `lane` may work within another's turn: since its own last one for as long as a round gives it, so that
  /// its own turn comes however much it has to do so.
  func mayBorrow(_ lane: Lane) -> Bool { lane.borrowedTicks < quantum(of: lane) }

  /// The lane whose turn it is; its list keeps it until `endTurn`.
  mutating func nextLane() -> Unmanaged<Lane>? {
    while let lane = unsafe sparse.first ?? bulk.first {
      // Safe: what is listed is kept.
      let hasCredit = unsafe lane._withUnsafeGuaranteedRef { lane in
        if lane.deficit > 0 { return true }
        rotate(lane)
        return false
      }
      if hasCredit { return unsafe lane }
    }
    return nil
  }

  /// Called after `lane`, the one that `nextLane` gave, has run.
  mutating func endTurn(_ lane: Lane) {
    lane.borrowedTicks = 0
    if lane.queue.isEmpty {
      if lane.list == .sparse {
        // It stays listed for a round, so that it can't come first again at once.
        lane.list = .bulk
        unsafe bulk.append(sparse.takeFirst())
      } else {
        lane.list = .idle
        lane.readyTicks = CPUClock.now
        count(lane, -1)
        // Last: perhaps nobody else keeps it.
        unsafe bulk.takeFirst().release()
      }
    } else if lane.deficit <= 0 {
      rotate(lane)
    }
  }

  private mutating func count(_ lane: Lane, _ change: Int) {
    readyLanes += change
    switch lane.role {
    case .tenant: readyTenantLanes += change
    case .arrival: readyArrivalLanes += change
    case .system: break
    }
  }

  /// What a lane may use in a round. The lanes of arrivals get a part of it together, however many
  /// tenants are busy (else nobody could connect when a thousand are) and however many these lanes are
  /// (else strangers who only connect would leave the tenants little); the system's gets as much.
  private func quantum(of lane: Lane) -> Int64 {
    let quantum = quantumTicks * Int64(lane.weight)
    guard lane.role != .tenant, readyTenantLanes > 0 else { return quantum }
    let tenants = RuntimeLimits.tenantsPerCommonQuantum
    let part = quantumTicks * Int64(max(tenants, readyTenantLanes)) / Int64(tenants)
    return lane.role == .system ? part : max(1, part / Int64(max(1, readyArrivalLanes)))
  }

  private mutating func rotate(_ lane: Lane) {
    lane.deficit += quantum(of: lane)
    let reference = unsafe lane.list == .sparse ? sparse.takeFirst() : bulk.takeFirst()
    lane.list = .bulk
    unsafe bulk.append(reference)
  }
}
