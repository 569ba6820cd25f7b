// Who had the loop while a lane waited.

import Primitives

extension EventLoop {
  /// Notes who had the loop since the last span ended, which was up to the last settlement.
  @inline(__always)
  func endSpan(of lane: Lane?) {
    if let lane {
      history.add(lane, from: spanSince, to: chargedSince, ran: spentTicks &- spanSpent)
    }
    beginSpan()
  }

  @inline(__always)
  func beginSpan() {
    spanSince = chargedSince
    spanSpent = spentTicks
  }

  /// A turn of `lane` begins, at the last settlement.
  @inline(__always)
  func beginTurn(_ lane: Lane) {
    guard lane.wait != .nothing else { return }
    let waited = chargedSince > lane.readyTicks ? chargedSince - lane.readyTicks : 0
    if lane.wait == .first { lane.ledger.waitTicks += waited }
    if waited > ticks.notedWait { note(wait: waited, of: lane) }
    lane.wait = .further
  }

  /// The turn of `lane` that began at `begin`, and in which `spent` ticks were charged, is over.
  @inline(__always)
  func endTurn(_ lane: Lane, from begin: UInt64, spent: UInt64) {
    endSpan(of: lane)
    guard !lane.queue.isEmpty else {
      lane.wait = .nothing
      return
    }
    lane.wait = .further
    lane.readyTicks = chargedSince
    // Counters of two cores may differ a little, and a loop that is not pinned moves.
    let taken = chargedSince > begin ? chargedSince - begin : 0
    if taken > ticks.notedWait { note(backlog: taken, spent: spent, of: lane) }
  }

  /// Counts a wait of `lane` that ends now, and who had the loop meanwhile.
  @inline(never)
  private func note(wait waited: UInt64, of lane: Lane) {
    guard lane.role == .tenant else { return }
    lane.madeWaits.update(at: now) { tally in
      tally.sums.count += 1
      tally.sums.ticks += waited
      tally.sums.longestTicks = max(tally.sums.longestTicks, waited)
      // So many spans for so much time: looking back costs a small part of the loop, whatever it does.
      guard chargedSince >= explainableSince else { return }
      let seen = history.forEach(from: chargedSince - waited, to: chargedSince) { other, ticks in
        tally.explain(lane, behind: other, ticks: ticks)
      }
      explainableSince = chargedSince &+ UInt64(seen) &* ticks.spanLook
    }
  }

  /// Counts a turn of `lane` that left work: that has waited for the lane's own.
  @inline(never)
  private func note(backlog ticks: UInt64, spent: UInt64, of lane: Lane) {
    guard lane.role == .tenant else { return }
    lane.madeWaits.update(at: now) { tally in
      tally.sums.count += 1
      tally.sums.ticks += ticks
      tally.sums.longestTicks = max(tally.sums.longestTicks, ticks)
      let own = min(spent, ticks)
      tally.explain(lane, behind: lane, ticks: own)
      tally.explain(lane, behind: nil, ticks: ticks - own)
    }
  }
}
