// What becomes of a set of keys.

package import DNS
package import Primitives
import TLS

extension KeySet {
  /// Why a rollover does not begin.
  package enum Refusal: Error, Equatable, Sendable {
    /// The zone has no key of this role.
    case noSuchKey(ZoneKey.Role)
    /// Another one has to end first.
    case underWay(KeyRollover.Kind)
    case noRandomNumbers
  }

  /// Who says which DS records the zone above has.
  package enum Delegations: Hashable, Sendable {
    /// Its own: these contents, in no order.
    case seen([[UInt8]])
    /// The operator: those of the new keys alone.
    case saidWanted
    /// The operator: none.
    case saidNone
    /// The operator says that these are those of the new keys alone, or that there are none (`isNone`), and they
    /// were seen, too.
    case saidAndSeen([[UInt8]], isNone: Bool)
    /// There is nobody to ask: what was said counts.
    case unasked
  }

  // MARK: - Beginning

  /// Begins to replace the key of `role`.
  package mutating func roll(
    _ role: ZoneKey.Role, _ timing: KeyTiming, now: WallTime
  ) throws(Refusal) {
    let kind: KeyRollover.Kind =
      switch role {
      case .combined: .combined
      case .zoneSigning: .zoneSigning
      case .keySigning: .keySigning
      }
    guard let old = members.first(where: { $0.key.role == role }) else { throw .noSuchKey(role) }
    let excluded: [KeyRollover.Kind] = [kind, .algorithm, .unsigning]
    if let other = rollovers.first(where: { excluded.contains($0.kind) }) {
      throw .underWay(other.kind)
    }
    try begin(kind, [role], old.key.algorithm, old: [old.id], timing, now: now)
  }

  /// Begins to replace all keys by those of `policy`.
  package mutating func rollAll(
    _ policy: SigningPolicy, _ timing: KeyTiming, now: WallTime
  ) throws(Refusal) {
    if let other = rollovers.first(where: { $0.kind != .securing }) { throw .underWay(other.kind) }
    try begin(
      .algorithm, policy.roles, policy.algorithm, old: members.map(\.id), timing, now: now)
  }

  private mutating func begin(
    _ kind: KeyRollover.Kind, _ roles: [ZoneKey.Role], _ algorithm: SigningKey.Algorithm,
    old: [UInt32], _ timing: KeyTiming, now: WallTime
  ) throws(Refusal) {
    // Answers without signatures would be taken for wrong as soon as there is a DS record.
    if isUnknownAbove { throw .underWay(.securing) }
    guard let new = add(roles, algorithm, now: now) else { throw .noRandomNumbers }
    // What it waited for, others wait for now: the DS record of the key that follows.
    if kind != .zoneSigning { rollovers.removeAll { $0.kind == .securing } }
    var rollover = KeyRollover(kind, .publish, since: now, until: now, new: new, old: old)
    rollover.phase = rollover.first
    rollover.until = end(of: rollover, timing, now: now)
    rollovers.append(rollover)
  }

  /// Begins to switch signing off: the zone above is asked to take its DS records away. What waits for answers
  /// without signatures to leave caches goes on doing so if signing stays after all.
  package mutating func leave(_ timing: KeyTiming, now: WallTime) {
    guard !isLeaving else { return }
    rollovers.removeAll { $0.kind == .securing && $0.phase != .publish }
    // A resolver may have kept that there was no DS record from before there was one.
    rollovers.append(
      KeyRollover(
        .unsigning, .submit, since: now, until: now.adding(timing.delegation), new: [], old: []))
  }

  /// Signing stays on after all. The zone above may have taken its DS records away.
  package mutating func stay(now: WallTime) {
    guard isLeaving else { return }
    rollovers.removeAll { $0.kind == .unsigning }
    guard !isUnknownAbove else { return }
    let entries = members.filter { use(of: $0).isWanted }.map(\.id)
    rollovers.append(
      KeyRollover(.securing, .submit, since: now, until: now, new: entries, old: []))
  }

  // MARK: - Going on

  /// Takes all steps that are due, and begins what is; false if there was nothing to do. `spread` is
  /// the zone's own, so that zones that were signed at once do not roll at once.
  @discardableResult package mutating func advance(
    _ policy: SigningPolicy, _ timing: KeyTiming, spread: UInt64, now: WallTime
  ) -> Bool {
    let before = self
    for rollover in rollovers where endsByTime(rollover, policy) && rollover.until <= now {
      step(rollover.kind, timing, now: now)
    }
    if !isLeaving { beginDue(policy, timing, spread, now: now) }
    return self != before
  }

  /// The zone above has these DS records; false if nothing follows of it.
  @discardableResult package mutating func observe(
    _ delegations: Delegations, apex: DomainName, _ timing: KeyTiming, now: WallTime
  ) -> Bool {
    let before = self
    // Who has given it away already can't be told to wait.
    if delegations.isWordOfDS, isUnknownAbove { step(.securing, timing, now: now) }
    let awaiting = rollovers.filter { $0.phase.awaitsParent && isCurrent($0) }
    if delegations == .unasked {
      for rollover in awaiting where rollover.phase == .confirm {
        step(rollover.kind, timing, now: now)
      }
    } else if !awaiting.isEmpty, fits(delegations, apex, now) {
      for rollover in awaiting {
        goOn(rollover, isSeen: delegations.isSeen, timing, now: now)
      }
    } else {
      self = before
      if case .seen = delegations { goBack(timing, now: now) }
    }
    return self != before
  }

  /// The zone above has what `rollover` waits for. What was only said before may have been so since this moment
  /// alone: caches are waited for anew.
  private mutating func goOn(
    _ rollover: KeyRollover, isSeen: Bool, _ timing: KeyTiming, now: WallTime
  ) {
    guard let index = rollovers.firstIndex(where: { $0.kind == rollover.kind }) else { return }
    let isNews = isSeen && !rollover.isSeen
    rollovers[index].isSeen = isSeen || rollover.phase == .confirm && rollover.isSeen
    if rollover.phase == .confirm, isNews { rollovers[index].phase = .submit }
    step(rollover.kind, timing, now: now)
  }

  /// What was to be confirmed is not so: the old keys stay until it is.
  private mutating func goBack(_ timing: KeyTiming, now: WallTime) {
    for index in rollovers.indices
    where rollovers[index].phase == .confirm && isCurrent(rollovers[index]) {
      rollovers[index].phase = .submit
      rollovers[index].since = now
      rollovers[index].isSeen = false
      // As when signing began to be switched off: a resolver may keep that there was none.
      if rollovers[index].kind == .unsigning {
        rollovers[index].until = now.adding(timing.delegation)
      }
    }
  }

  /// Whether some rollover waits for the zone above.
  package var awaitsParent: Bool {
    rollovers.contains { $0.phase.awaitsParent && isCurrent($0) }
  }

  /// While signing is being switched off everything else stays as it is.
  func isCurrent(_ rollover: KeyRollover) -> Bool { !isLeaving || rollover.kind == .unsigning }

  /// Whether time alone ends the phase of a rollover. Where nobody asks the zone above, what was said of it
  /// counts to the end.
  func endsByTime(_ rollover: KeyRollover, _ policy: SigningPolicy) -> Bool {
    switch rollover.phase {
    case .submit: false
    case .confirm: !policy.checksParent && isCurrent(rollover)
    case .presign, .publish, .retire, .withdraw: isCurrent(rollover)
    }
  }

  private func fits(_ delegations: Delegations, _ apex: DomainName, _ now: WallTime) -> Bool {
    switch delegations {
    case .saidWanted: return !isLeaving
    case .saidNone: return isLeaving
    case .saidAndSeen(let contents, let isNone):
      guard isNone == isLeaving else { return false }
      return isNone ? contents.isEmpty : areWanted(contents, apex)
    case .seen(let contents):
      guard let unsigning = rollover(.unsigning) else { return areWanted(contents, apex) }
      return contents.isEmpty && unsigning.until <= now
    case .unasked: return false
    }
  }

  /// Whether these are the DS records of all keys that the zone above is to have one of, and of no other key of
  /// the set.
  private func areWanted(_ contents: [[UInt8]], _ apex: DomainName) -> Bool {
    let unwanted = members.filter { $0.key.role.isEntryPoint && !use(of: $0).isWanted }
    let wanted = members.filter { use(of: $0).isWanted }
    return wanted.allSatisfy { member in
      guard let own = member.key.delegation(of: apex) else { return false }
      // By another digest than ours it is told by tag and algorithm.
      return contents.contains { content in
        content == own
          || content.count > 3 && content[3] != own[3] && member.key.isNamed(by: content)
      }
    } && !contents.contains { content in unwanted.contains { $0.key.isNamed(by: content) } }
  }

  private mutating func beginDue(
    _ policy: SigningPolicy, _ timing: KeyTiming, _ spread: UInt64, now: WallTime
  ) {
    guard !isUnknownAbove, !members.isEmpty else { return }
    do throws(Refusal) {
      if differs(from: policy) {
        if rollovers.allSatisfy({ $0.kind == .securing }) {
          try rollAll(policy, timing, now: now)
        }
        return
      }
      for role in policy.roles {
        if let time = end(of: role, policy, spread), time <= now, canRoll(role) {
          try roll(role, timing, now: now)
        }
      }
    } catch {
      // Without random numbers the keys stay; it is tried again when the zone is looked at next.
    }
  }

  private mutating func step(_ kind: KeyRollover.Kind, _ timing: KeyTiming, now: WallTime) {
    guard let index = rollovers.firstIndex(where: { $0.kind == kind }) else { return }
    let old = rollovers[index]
    guard let phase = old.next else { return finish(old) }
    var new = old
    new.phase = phase
    new.since = now
    new.until = end(of: new, after: old, timing, now: now)
    rollovers[index] = new
    let isActive = phase == .retire && kind != .unsigning
    for place in members.indices where isActive && new.new.contains(members[place].id) {
      members[place].active = now
    }
  }

  private mutating func finish(_ rollover: KeyRollover) {
    rollovers.removeAll { $0.kind == rollover.kind }
    if rollover.kind == .unsigning {
      members = []
      rollovers = []
    }
    members.removeAll { rollover.old.contains($0.id) }
    rollovers = rollovers.map { $0.keeping(members.map(\.id)) }
  }

  /// When a phase that begins now ends at the earliest.
  func end(
    of rollover: KeyRollover, after before: KeyRollover? = nil, _ timing: KeyTiming, now: WallTime
  ) -> WallTime {
    switch (rollover.phase, rollover.kind) {
    case (.presign, _): drained(timing, now: now)
    case (.publish, .securing): max(drained(timing, now: now), now.adding(timing.keys))
    case (.publish, _), (.withdraw, _): now.adding(timing.keys)
    // From here on another key signs the zone.
    case (.submit, .combined), (.retire, .zoneSigning): drained(timing, now: now)
    case (.submit, _), (.confirm, _): now
    case (.retire, _): max(before?.until ?? now, now.adding(timing.delegation))
    }
  }
}

extension KeySet.Delegations {
  /// Whether somebody looked.
  fileprivate var isSeen: Bool {
    switch self {
    case .seen, .saidAndSeen: true
    default: false
    }
  }

  /// Whether the operator says that the zone above has DS records.
  fileprivate var isWordOfDS: Bool {
    switch self {
    case .saidWanted, .saidAndSeen(_, isNone: false): true
    default: false
    }
  }
}

extension ZoneKey {
  /// Whether a DS record with this content is for this key, by tag and algorithm.
  func isNamed(by content: [UInt8]) -> Bool {
    content.count > 4 && UInt16(content[0]) << 8 | UInt16(content[1]) == tag
      && content[2] == algorithm.rawValue
  }
}
