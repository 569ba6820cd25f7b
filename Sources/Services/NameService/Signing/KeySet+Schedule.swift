// When something is to be done for a set of keys.

package import Primitives

extension KeySet {
  /// When the next step is due, as far as it needs time alone; nil if there is none.
  package func nextStep(_ policy: SigningPolicy, spread: UInt64) -> WallTime? {
    var times = rollovers.filter { endsByTime($0, policy) }.map(\.until)
    guard !isLeaving, !isUnknownAbove else { return times.min() }
    if differs(from: policy) {
      if rollovers.allSatisfy({ $0.kind == .securing }) { return WallTime(seconds: 0) }
      return times.min()
    }
    for role in policy.roles where canRoll(role) {
      if let end = end(of: role, policy, spread) { times.append(end) }
    }
    return times.min()
  }

  /// Whether roles or algorithm are others than those that are wanted, of keys that stay.
  package func differs(from policy: SigningPolicy) -> Bool {
    let staying = members.filter { rollovers(of: $0.id).old == nil }
    return Set(staying.map(\.key.role)) != Set(policy.roles)
      || staying.contains { $0.key.algorithm != policy.algorithm }
  }

  /// Whether nothing is in the way of a rollover of the key of `role`.
  func canRoll(_ role: ZoneKey.Role) -> Bool {
    !rollovers.contains { rollover in
      rollover.kind == .algorithm || rollover.kind == .unsigning
        || (rollover.kind != .securing
          && rollover.old.contains { member($0)?.key.role == role })
    }
  }

  /// When the key of `role` has been used for long enough; nil if it stays until it is told to change.
  func end(of role: ZoneKey.Role, _ policy: SigningPolicy, _ spread: UInt64) -> WallTime? {
    let days = role == .zoneSigning ? policy.zskDays : policy.kskDays
    guard days > 0, let active = members.first(where: { $0.key.role == role })?.active else {
      return nil
    }
    let life = Int64(days) * 86_400
    // Up to an eighth earlier, each zone by a part of its own.
    var hash = (spread ^ UInt64(role.rawValue)) &* 0x9e37_79b9_7f4a_7c15
    hash = (hash ^ hash >> 32) &* 0xff51_afd7_ed55_8ccd
    return active.adding(life - Int64((hash >> 33) % UInt64(max(1, life / 8))))
  }
}
