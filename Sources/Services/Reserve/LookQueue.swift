// Whose look at the reserve is next.

import Primitives

/// Looks of one loop that are under way, and those that wait for their turn: first come, first served within a
/// zone, and zones in turn. Both kinds within bounds, of which no zone has more than it leaves for the others.
struct LookQueue: Sendable {
  private var zones: [ZoneID: Zone] = [:]
  /// Zones with looks that wait, in the order of their turns.
  private var turns: [ZoneID] = []
  private var waiting: Set<UInt64> = []
  private var lastTicket: UInt64 = 0
  private(set) var underWayCount = 0
  var waitingCount: Int { waiting.count }

  /// A zone's looks.
  private struct Zone: Sendable {
    var underWayCount = 0
    var waitingCount = 0
    /// Those that wait, in their order, and some that have given up.
    var tickets: ArraySlice<UInt64> = []

    var isIdle: Bool { underWayCount == 0 && waitingCount == 0 }
  }

  /// What becomes of a look.
  enum Admission: Equatable, Sendable {
    /// It may begin; `ended` must follow.
    case begun
    /// It may begin once it does not wait any more; `ended` must follow then, or `gaveUp` before.
    case waits(UInt64)
    /// Too many wait.
    case refused
  }

  mutating func ask(_ id: ZoneID) -> Admission {
    var zone = zones[id] ?? Zone()
    defer { if !zone.isIdle { zones[id] = zone } }
    if zone.waitingCount == 0, admits(zone) {
      zone.underWayCount += 1
      underWayCount += 1
      return .begun
    }
    guard zone.waitingCount < ReserveLimits.waitingLooks - waiting.count else { return .refused }
    lastTicket += 1
    if zone.waitingCount == 0 { turns.append(id) }
    zone.waitingCount += 1
    zone.tickets.append(lastTicket)
    waiting.insert(lastTicket)
    return .waits(lastTicket)
  }

  func isWaiting(_ ticket: UInt64) -> Bool { waiting.contains(ticket) }

  /// A look is over. Those whose turn has come, which are under way now.
  mutating func ended(_ id: ZoneID) -> [UInt64] {
    guard var zone = zones[id], zone.underWayCount > 0 else {
      preconditionFailure("a look that ends has begun")
    }
    zone.underWayCount -= 1
    underWayCount -= 1
    zones[id] = zone.isIdle ? nil : zone
    var begun: [UInt64] = []
    while let ticket = beginNext() { begun.append(ticket) }
    return begun
  }

  /// Nobody waits for the turn of a look any more.
  mutating func gaveUp(_ ticket: UInt64, of id: ZoneID) {
    guard waiting.remove(ticket) != nil, var zone = zones[id] else { return }
    zone.waitingCount -= 1
    while let first = zone.tickets.first, !waiting.contains(first) { zone.tickets.removeFirst() }
    if zone.waitingCount == 0 { turns.removeAll { $0 == id } }
    zones[id] = zone.isIdle ? nil : zone
  }

  private func admits(_ zone: Zone) -> Bool {
    zone.underWayCount < ReserveLimits.readsPerLoop - underWayCount
  }

  private mutating func beginNext() -> UInt64? {
    guard let index = turns.firstIndex(where: { id in zones[id].map { admits($0) } ?? false })
    else { return nil }
    let id = turns.remove(at: index)
    guard var zone = zones[id], let ticket = takeFirst(&zone) else {
      preconditionFailure("a zone in turn has a look that waits")
    }
    zone.underWayCount += 1
    underWayCount += 1
    if zone.waitingCount > 0 { turns.append(id) }
    zones[id] = zone
    return ticket
  }

  private mutating func takeFirst(_ zone: inout Zone) -> UInt64? {
    while let ticket = zone.tickets.popFirst() {
      guard waiting.remove(ticket) != nil else { continue }
      zone.waitingCount -= 1
      return ticket
    }
    return nil
  }

  /// Checks what must always hold; for tests.
  func checkInvariants() {
    precondition(underWayCount == zones.values.reduce(0) { $0 + $1.underWayCount })
    precondition(waiting.count == zones.values.reduce(0) { $0 + $1.waitingCount })
    precondition(underWayCount <= ReserveLimits.readsPerLoop)
    precondition(waiting.count <= ReserveLimits.waitingLooks)
    precondition(Set(turns) == Set(zones.filter { $0.value.waitingCount > 0 }.keys))
    precondition(Set(turns).count == turns.count)
    for zone in zones.values {
      precondition(!zone.isIdle && (zone.waitingCount == 0 || !admits(zone)))
      precondition(zone.tickets.filter { waiting.contains($0) }.count == zone.waitingCount)
    }
  }
}
