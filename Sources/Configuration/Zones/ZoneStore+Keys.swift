// When something is due for the keys of zones.

import NameService
package import Primitives
package import Storage

/// An index by time: what it costs to find what is due does not depend on how many zones there are.
/// `keySteps` leads from time and identity to nothing, `keysDue` from identity to that time and how often
/// the zone above was asked since the last step.
extension ZoneStore {
  /// What is due for one zone.
  package struct KeyWork: Sendable {
    package let id: ZoneID
    package let name: String
    /// A step that needs time alone.
    package let isStep: Bool
    /// Whether the zone above is to be asked for its DS records.
    package let asksParent: Bool

    package init(id: ZoneID, name: String, isStep: Bool, asksParent: Bool) {
      self.id = id
      self.name = name
      self.isStep = isStep
      self.asksParent = asksParent
    }
  }

  /// Whether something is due for some zone.
  package func hasDueKeys(_ now: WallTime) throws(StorageError) -> Bool {
    try environment.read { (state) throws(StorageError) in
      var cursor = try state.cursor(over: tables.keySteps)
      return try cursor.next() && KeySteps.time(cursor.key) <= now
    }
  }

  /// When something is due for the keys of `id`; nil if nothing ever is.
  package func keysDue(_ id: ZoneID) throws(StorageError) -> WallTime? {
    try environment.read { (state) throws(StorageError) in
      try state.copy(of: ZoneKeys.key(id), in: tables.keysDue).map { KeySteps.time($0.span) }
    }
  }

  /// What is due, for up to `limit` zones; up to `questions` of the zones above are to be asked, and others
  /// come again soon. So does what nothing comes of.
  package func takeDueKeys(
    _ now: WallTime, limit: Int, questions: Int = .max
  ) throws(StorageError) -> [KeyWork] {
    try environment.write { (change) throws(StorageError) in
      var works: [KeyWork] = []
      var room = questions
      for row in try firstDue(now, limit, change) {
        // Also a row that nothing else knows of, which would be the first for ever.
        try change.remove(row, in: tables.keySteps)
        guard let id = ZoneKeys.id(row.span, at: 8) else { continue }
        guard let record = try change.copy(of: ZoneKeys.key(id), in: tables.zones) else {
          try schedule(id, nil, &change)
          continue
        }
        let keys = try change.copy(of: ZoneKeys.key(id), in: tables.keys)
        let zone = Self.readable(id, record, keys)
        let asked = try change.copy(of: ZoneKeys.key(id), in: tables.keysDue).map { $0.last ?? 0 }
        guard let zone, let set = zone.signingKeys else {
          // What can't be read is not looked at again before it is changed.
          try schedule(id, nil, &change)
          continue
        }
        let step = set.nextStep(zone.signingPolicy, spread: zone.keySpread)
        let isStep = step.map { $0 <= now } ?? false
        let asks = set.awaitsParent && zone.signingPolicy.checksParent
        let isAsked = asks && room > 0
        if isAsked { room -= 1 }
        let count = min(asked ?? 0, 62) + (isAsked ? 1 : 0)
        let soon = WallTime(seconds: now.seconds + ZonesLimits.keyRetrySeconds)
        let again = isAsked ? Self.again(zone, set, asked: count, now) : soon
        let due = KeySteps.first(isStep ? soon : step, asks ? again : nil)
        try schedule(id, due.map { ($0, asks ? count : 0) }, &change)
        guard isStep || isAsked else { continue }
        works.append(KeyWork(id: id, name: zone.name, isStep: isStep, asksParent: isAsked))
      }
      return works
    }
  }

  private func firstDue(
    _ now: WallTime, _ limit: Int, _ change: borrowing WriteTransaction
  ) throws(StorageError) -> [[UInt8]] {
    var found: [[UInt8]] = []
    var cursor = try change.cursor(over: tables.keySteps)
    while found.count < limit, try cursor.next(), KeySteps.time(cursor.key) <= now {
      found.append(cursor.keyCopy())
    }
    return found
  }

  private static func readable(
    _ id: ZoneID, _ record: [UInt8], _ keys: [UInt8]?
  ) -> ZoneConfiguration? {
    do throws(StorageError) {
      return try ZoneChangeSet.Stored(record: record, keys: keys).configuration(id)
    } catch { return nil }
  }

  /// Takes the steps that are due for these zones. Certificates are not looked at, as nothing of them
  /// changes, and a zone whose keys can't be changed keeps no other from it.
  package func advanceKeys(of zones: [ZoneID], now: WallTime) -> Renewal {
    oneByOneIfNeeded(zones.map { ZoneChange.keys($0, .advance) }, now: now)
  }

  /// The zone above `id` was asked for its DS records. What can't follow of that writes nothing.
  package func observe(
    _ answer: ParentAnswer, of id: ZoneID, now: WallTime
  ) throws(StorageError) -> Renewal {
    let delegations: KeySet.Delegations
    switch answer {
    case .delegations(let contents): delegations = .seen(contents)
    case .unasked: delegations = .unasked
    case .unknown: return Renewal()
    }
    guard let zone = try configurationWithKeys(of: id), var keys = zone.signingKeys,
      let apex = zone.apex, keys.observe(delegations, apex: apex, zone.keyTiming, now: now)
    else { return Renewal() }
    return oneByOneIfNeeded([.keys(id, .parent(delegations))], now: now)
  }

  // MARK: - Writing

  /// Notes when something is due for the keys of a zone that is written at `now`.
  func scheduleKeys(
    _ entry: ZoneChangeSet.Entry, now: WallTime, _ change: inout WriteTransaction
  ) throws(StorageError) {
    guard let zone = entry.new?.zone, let set = zone.signingKeys else {
      let hadKeys = entry.old?.keys.map { ZoneRecord.hasSigningKeys($0.span) } ?? false
      if hadKeys { try schedule(entry.id, nil, &change) }
      return
    }
    // Whatever else changes of the zone must not put off what is due.
    let isSame =
      entry.before?.signingKeys?.rollovers == set.rollovers
      && entry.before?.signingKeys?.members == set.members
      && entry.before?.signingPolicy == zone.signingPolicy
    if isSame, try change.copy(of: ZoneKeys.key(entry.id), in: tables.keysDue) != nil { return }
    let asks = set.awaitsParent && zone.signingPolicy.checksParent
    let due = KeySteps.first(
      set.nextStep(zone.signingPolicy, spread: zone.keySpread),
      asks ? Self.again(zone, set, asked: 0, now) : nil)
    try schedule(entry.id, due.map { ($0, 0) }, &change)
  }

  /// When the zone above is asked for the next time, which was asked so often: soon if a rollover waits for
  /// that. Zones that wait since the same moment are not asked for at once.
  private static func again(
    _ zone: ZoneConfiguration, _ set: KeySet, asked: UInt8, _ now: WallTime
  ) -> WallTime {
    let longest = ZonesLimits.parentSecondsAtMost
    let isAwaited = set.rollovers.contains { $0.kind != .securing }
    let seconds =
      isAwaited ? min(ZonesLimits.parentSeconds << min(Int64(asked), 20), longest) : longest
    let hash = zone.keySpread &* 0x9e37_79b9_7f4a_7c15
    let early = Int64((hash >> 33) % UInt64(seconds / 2))
    return WallTime(seconds: now.seconds + seconds - early)
  }

  private func schedule(
    _ id: ZoneID, _ due: (time: WallTime, asked: UInt8)?, _ change: inout WriteTransaction
  ) throws(StorageError) {
    let key = ZoneKeys.key(id)
    if let old = try change.copy(of: key, in: tables.keysDue) {
      try change.remove(KeySteps.key(KeySteps.time(old.span), id), in: tables.keySteps)
    }
    guard let due else {
      try change.remove(key, in: tables.keysDue)
      return
    }
    try change.put(
      ZoneKeys.key(KeySteps.number(due.time)) + [due.asked], at: key, in: tables.keysDue)
    try change.put([], at: KeySteps.key(due.time, id), in: tables.keySteps)
  }
}

/// Keys of the index, and times in it.
private enum KeySteps {
  static func number(_ time: WallTime) -> UInt64 { UInt64(max(0, time.seconds)) }

  static func key(_ time: WallTime, _ id: ZoneID) -> [UInt8] {
    ZoneKeys.key(number(time)) + ZoneKeys.key(id)
  }

  static func time(_ bytes: Span<UInt8>) -> WallTime {
    WallTime(seconds: Int64(truncatingIfNeeded: ZoneKeys.number(bytes)))
  }

  static func first(_ one: WallTime?, _ other: WallTime?) -> WallTime? {
    guard let one, let other else { return one ?? other }
    return min(one, other)
  }
}
