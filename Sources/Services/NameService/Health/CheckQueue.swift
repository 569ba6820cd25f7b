// Whose check is made next.

import Primitives

/// Checks that are due, over all zones, without I/O. Zones take turns; a zone has a part of the places that are
/// free, and always its first few, so that addresses which let all checks wait hold up their own zone's alone.
struct CheckQueue {
  /// What one zone has waiting and under way.
  private struct Backlog {
    var waiting = Line<UInt64>()
    var running = 0
    var isInTurn = false
  }

  private var turns = Line<ZoneID>()
  private var backlogs: [ZoneID: Backlog] = [:]
  private(set) var runningCount = 0
  private let places: Int

  /// For so many checks at once.
  init(places: Int = NameServiceLimits.checksAtOnce) { self.places = places }

  /// A check of `zone` is due, which has that number.
  mutating func add(_ number: UInt64, of zone: ZoneID) {
    backlogs[zone, default: Backlog()].waiting.append(number)
    takeTurn(zone)
  }

  /// The next check, which begins now; nil if none may.
  mutating func next() -> (zone: ZoneID, number: UInt64)? {
    while runningCount < places, let zone = turns.takeFirst() {
      backlogs[zone]?.isInTurn = false
      guard let number = backlogs[zone]?.waiting.takeFirst() else { continue }
      backlogs[zone]?.running += 1
      runningCount += 1
      takeTurn(zone)
      return (zone, number)
    }
    return nil
  }

  /// A check that `next` gave has ended.
  mutating func ended(_ zone: ZoneID) {
    precondition(backlogs[zone]?.running ?? 0 > 0, "a check ends once")
    backlogs[zone]?.running -= 1
    runningCount -= 1
    takeTurn(zone)
    if let backlog = backlogs[zone], backlog.running == 0, backlog.waiting.isEmpty {
      backlogs[zone] = nil
    }
  }

  /// How many a zone may have under way.
  private var share: Int {
    let part = min((places - runningCount) / 8, NameServiceLimits.checksAtOncePerZone)
    return max(part, NameServiceLimits.leastChecksAtOnce)
  }

  private mutating func takeTurn(_ zone: ZoneID) {
    guard let backlog = backlogs[zone], !backlog.isInTurn, !backlog.waiting.isEmpty,
      backlog.running < share
    else { return }
    backlogs[zone]?.isInTurn = true
    turns.append(zone)
  }
}
