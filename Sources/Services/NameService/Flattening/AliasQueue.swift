// Whose alias is looked up next.

import DNS
import Primitives

/// Look-ups of aliases' targets that wait or are under way, over all loops, without I/O. Each is there once,
/// however many loops ask. Zones take turns and have places of their own; those whose last look-up nobody
/// answered have half of all places at most, however many they are.
///
/// Everything takes the same time, however many wait.
struct AliasQueue {
  /// What one zone has waiting and under way.
  private struct Backlog {
    var waiting = Line<AliasQuestion>()
    var running = 0
    var isInTurn = false
  }

  /// Zones whose turn it is, by whether their last look-up was answered.
  private var turns = Line<ZoneID>()
  private var slowTurns = Line<ZoneID>()
  private var backlogs: [ZoneID: Backlog] = [:]
  /// What waits or is under way; true if it was begun as one of a slow zone.
  private var known: [AliasQuestion: Bool] = [:]
  private var slow: Set<ZoneID> = []
  private(set) var runningCount = 0
  private var slowCount = 0
  private let places: Int

  /// For so many look-ups at once.
  init(places: Int = NameServiceLimits.aliasLookups) { self.places = places }

  /// What waits or is under way.
  var count: Int { known.count }

  /// A zone wants a name; once more is no more. False if too many wait.
  mutating func add(_ question: AliasQuestion) -> Bool {
    guard known[question] == nil else { return true }
    guard backlogs[question.zone]?.waiting.count ?? 0 < share else { return false }
    known[question] = false
    backlogs[question.zone, default: Backlog()].waiting.append(question)
    takeTurn(question.zone)
    return true
  }

  /// How many a zone may have waiting: some are for those that have few, however much the others want.
  private var share: Int {
    guard known.count < NameServiceLimits.waitingAliasLookupsAtMost else { return 0 }
    let room = (NameServiceLimits.waitingAliasLookups - known.count) / 8
    let bound = min(room, NameServiceLimits.waitingAliasLookupsPerZone)
    return max(bound, NameServiceLimits.aliasLookupsPerZone)
  }

  /// The next look-up, which begins now; nil if none may.
  mutating func next() -> AliasQuestion? {
    guard runningCount < places else { return nil }
    let isSlow = turns.isEmpty
    guard !isSlow || slowCount < max(1, places / 2),
      let zone = isSlow ? slowTurns.takeFirst() : turns.takeFirst(),
      let question = backlogs[zone]?.waiting.takeFirst()
    else { return nil }
    backlogs[zone]?.isInTurn = false
    backlogs[zone]?.running += 1
    known[question] = isSlow
    runningCount += 1
    if isSlow { slowCount += 1 }
    takeTurn(zone)
    return question
  }

  /// A look-up that `next` gave has ended; `wasAnswered` by anybody.
  mutating func ended(_ question: AliasQuestion, wasAnswered: Bool) {
    let zone = question.zone
    guard let wasSlow = known.removeValue(forKey: question), backlogs[zone]?.running ?? 0 > 0
    else { preconditionFailure("a look-up ends once") }
    runningCount -= 1
    if wasSlow { slowCount -= 1 }
    backlogs[zone]?.running -= 1
    note(zone, wasAnswered)
    takeTurn(zone)
    if let backlog = backlogs[zone], backlog.running == 0, backlog.waiting.isEmpty {
      backlogs[zone] = nil
    }
  }

  /// Puts a zone at the end of those that have a turn, if it may begin another look-up.
  private mutating func takeTurn(_ zone: ZoneID) {
    guard let backlog = backlogs[zone], !backlog.isInTurn, !backlog.waiting.isEmpty,
      backlog.running < NameServiceLimits.aliasLookupsPerZone
    else { return }
    backlogs[zone]?.isInTurn = true
    if slow.contains(zone) { slowTurns.append(zone) } else { turns.append(zone) }
  }

  private mutating func note(_ zone: ZoneID, _ wasAnswered: Bool) {
    if wasAnswered {
      slow.remove(zone)
    } else {
      // What is forgotten costs the others one round of look-ups that nobody answers.
      if slow.count >= NameServiceLimits.slowAliasZones { slow.removeAll() }
      slow.insert(zone)
    }
  }
}
