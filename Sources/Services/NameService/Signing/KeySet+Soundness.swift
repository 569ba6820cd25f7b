// What a stored set of keys must be like to be used.

import Primitives

extension KeySet {
  /// Whether such a set can come of the steps that are taken here. Any other, as of damaged bytes, would have
  /// answers that are bogus.
  package var isSound: Bool {
    let ids = Set(members.map(\.id))
    let kinds = Set(rollovers.map(\.kind))
    guard !members.isEmpty, members.count <= NameServiceLimits.keysOfZone,
      ids.count == members.count, kinds.count == rollovers.count,
      members.allSatisfy({ Self.isTime($0.created) && $0.active.map(Self.isTime) ?? true }),
      (0...NameServiceLimits.longestTTL).contains(zoneTTL), Self.isTime(formerUntil),
      rollovers.allSatisfy(isSound), areApart(\.new), areApart(\.old)
    else { return false }
    // The change of all keys stands alone, but for signing that is being switched off.
    let others = kinds.subtracting([.algorithm, .unsigning])
    guard !kinds.contains(.algorithm) || others.isEmpty else { return false }
    let uses = members.map { use(of: $0) }
    return uses.contains { $0.isPublished && $0.signsKeys }
      && uses.contains { $0.isPublished && $0.signsZone }
  }

  private static func isTime(_ time: WallTime) -> Bool {
    (0...NameServiceLimits.latestSeconds).contains(time.seconds)
  }

  private func isSound(_ rollover: KeyRollover) -> Bool {
    let (new, old) = (rollover.new.compactMap(member), rollover.old.compactMap(member))
    guard Self.isTime(rollover.since), Self.isTime(rollover.until),
      new.count == rollover.new.count, old.count == rollover.old.count,
      Set(rollover.new).isDisjoint(with: rollover.old), rollover.isPossible
    else { return false }
    func areOne(_ role: ZoneKey.Role) -> Bool {
      new.map(\.key.role) == [role] && old.map(\.key.role) == [role]
    }
    switch rollover.kind {
    case .zoneSigning: return areOne(.zoneSigning)
    case .keySigning: return areOne(.keySigning)
    case .combined: return areOne(.combined)
    case .algorithm: return !new.isEmpty && !old.isEmpty && new.count + old.count == members.count
    case .securing: return !new.isEmpty && old.isEmpty
    case .unsigning: return new.isEmpty && old.isEmpty
    }
  }

  /// Whether no key is in two rollovers in the same place; the first keys may be replaced already.
  private func areApart(_ keys: (KeyRollover) -> [UInt32]) -> Bool {
    let all = rollovers.filter { $0.kind != .securing }.flatMap(keys)
    return Set(all).count == all.count
  }
}

extension KeyRollover {
  /// Whether its kind has its phase.
  fileprivate var isPossible: Bool {
    var phase: Phase? = first
    while let one = phase {
      if one == self.phase { return true }
      var other = self
      other.phase = one
      phase = other.next
    }
    return false
  }
}
