// Whose record is read next, and by whom.

import Primitives

/// Requests of zones, which are served in turn, one of each: a zone with a thousand of them makes
/// another wait for one. Readers without work are kept here too.
struct ReadQueue<Request> {
  private var waiting: [ZoneID: [Request]] = [:]
  /// Zones with requests, in turn; those before `first` had theirs.
  private var turns: [ZoneID] = []
  private var first = 0
  private var count = 0
  private var idle: [Int]
  private var isClosed = false
  private let readers: Int

  /// For so many readers, all without work.
  init(readers: Int) {
    precondition(readers > 0)
    self.readers = readers
    idle = Array(0..<readers)
  }

  /// Whether nobody reads or waits.
  var isQuiet: Bool { count == 0 && idle.count == readers }

  /// Adds a request; false if its zone has too many, or after `close`.
  mutating func add(_ request: Request, of zone: ZoneID) -> Bool {
    let ofZone = waiting[zone]?.count ?? 0
    guard !isClosed, ofZone < DiskLimits.readsOfZone, count < DiskLimits.reads else { return false }
    waiting[zone, default: []].append(request)
    if ofZone == 0 { turns.append(zone) }
    count += 1
    return true
  }

  /// A reader without work that is to look now; nil if all are at work.
  mutating func wakeReader() -> Int? { idle.popLast() }

  /// The request that `reader` serves next; if there is none, it has no work from now on.
  mutating func next(for reader: Int) -> Request? {
    guard first < turns.count else {
      precondition(!idle.contains(reader))
      idle.append(reader)
      return nil
    }
    let zone = turns[first]
    first += 1
    guard let request = waiting[zone]?.removeFirst() else {
      preconditionFailure("a zone in turn has a request")
    }
    if waiting[zone]?.isEmpty ?? true { waiting[zone] = nil } else { turns.append(zone) }
    count -= 1
    if first * 2 > turns.count {
      turns.removeFirst(first)
      first = 0
    }
    return request
  }

  /// Takes no more requests, and returns those that wait, which are given up.
  mutating func close() -> [Request] {
    isClosed = true
    defer {
      waiting.removeAll()
      turns.removeAll()
      first = 0
      count = 0
    }
    return waiting.values.flatMap(\.self)
  }
}
