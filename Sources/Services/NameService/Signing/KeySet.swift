// The keys of a signed zone.

package import Primitives
import TLS

/// The keys that sign a zone, and the rollovers that are under way: a state machine without clock,
/// disk or network, which lies in the store beside the zone. It says what answers have of each key
/// (`plan`), what happens next and when (`KeySet+Schedule`), and takes steps (`KeySet+Steps`).
package struct KeySet: Hashable, Sendable {
  /// A key of the set.
  package struct Member: Hashable, Sendable {
    package let id: UInt32
    package let key: ZoneKey
    package let created: WallTime
    /// When it took its place.
    package internal(set) var active: WallTime?

    package init(id: UInt32, key: ZoneKey, created: WallTime, active: WallTime?) {
      self.id = id
      self.key = key
      self.created = created
      self.active = active
    }
  }

  package internal(set) var members: [Member]
  package internal(set) var rollovers: [KeyRollover]
  /// The longest TTL of the zone's record sets; 0 if it is not known.
  package internal(set) var zoneTTL: Int64
  /// When record sets that the zone had before, with longer TTLs, are in no cache any more.
  package internal(set) var formerUntil: WallTime
  /// How often it was changed: of two sets that share a key, one of which comes from a backup, it tells which
  /// is newer.
  package var revision: UInt64 = 0

  package init(
    members: [Member], rollovers: [KeyRollover], zoneTTL: Int64, formerUntil: WallTime
  ) {
    self.members = members
    self.rollovers = rollovers
    self.zoneTTL = zoneTTL
    self.formerUntil = formerUntil
  }

  /// Whether it was made of `other`, which it follows.
  package func follows(_ other: KeySet) -> Bool {
    sharesKey(with: other) && revision > other.revision
  }

  /// Whether some key is in both.
  package func sharesKey(with other: KeySet) -> Bool {
    members.contains { member in other.members.contains { $0.key == member.key } }
  }

  /// The set of a zone with one key that was stored without anything else, as earlier versions did:
  /// the zone above may have its DS record, or not.
  package init(stored key: ZoneKey) {
    let start = WallTime(seconds: 0)
    self.init(
      members: [Member(id: 1, key: key, created: start, active: start)],
      rollovers: [
        KeyRollover(.securing, .submit, since: start, until: start, new: [1], old: [])
      ], zoneTTL: 0, formerUntil: start)
  }

  /// New keys for a zone that is signed from `now` on. Of one that was answered without signatures before
  /// (`wasAnswered`) those answers may still be in caches. Nil if the library has no random numbers.
  package init?(
    _ policy: SigningPolicy, _ timing: KeyTiming, wasAnswered: Bool, now: WallTime
  ) {
    self.init(members: [], rollovers: [], zoneTTL: 0, formerUntil: now)
    guard add(policy.roles, policy.algorithm, now: now) != nil else { return nil }
    for index in members.indices { members[index].active = now }
    if wasAnswered {
      // What it was answered with before is not known.
      formerUntil = now.adding(max(NameServiceLimits.unknownTTL, timing.zoneTTL))
    }
    zoneTTL = timing.zoneTTL
    let until = wasAnswered ? max(drained(timing, now: now), now.adding(timing.keys)) : now
    let phase: KeyRollover.Phase = wasAnswered ? .publish : .submit
    rollovers = [
      KeyRollover(.securing, phase, since: now, until: until, new: members.map(\.id), old: [])
    ]
  }

  func member(_ id: UInt32) -> Member? { members.first { $0.id == id } }

  func rollover(_ kind: KeyRollover.Kind) -> KeyRollover? { rollovers.first { $0.kind == kind } }

  /// Whether signing is being switched off.
  package var isLeaving: Bool { rollover(.unsigning) != nil }

  /// Whether the zone above can't have a DS record, unless somebody was faster than we said.
  package var isUnknownAbove: Bool { rollover(.securing)?.phase == .publish }

  /// The rollovers that a key is new and old in; none that leave it as it is.
  func rollovers(of id: UInt32) -> (new: KeyRollover?, old: KeyRollover?) {
    (rollovers.first { $0.new.contains(id) }, rollovers.first { $0.old.contains(id) })
  }

  /// What a key is used for.
  package func use(of member: Member) -> KeyUse {
    let role = member.key.role
    let (new, old) = rollovers(of: member.id)
    var use = KeyUse.steady(role)
    for other in [new?.useOfNew(role), old?.useOfOld(role)] {
      guard let other else { continue }
      use = KeyUse(
        isPublished: use.isPublished && other.isPublished,
        signsKeys: use.signsKeys && other.signsKeys, signsZone: use.signsZone && other.signsZone,
        isWanted: use.isWanted && other.isWanted)
    }
    if isLeaving { use.isWanted = false }
    return use
  }

  /// What answers have of it.
  package var plan: SigningPlan {
    SigningPlan(
      members.map { SigningPlan.Entry(key: $0.key, use: use(of: $0)) },
      isLeaving: isLeaving)
  }

  // MARK: - Parts

  /// Makes keys, whose tags differ from each other's; their identities, or nil if the library has no
  /// random numbers.
  mutating func add(
    _ roles: [ZoneKey.Role], _ algorithm: SigningKey.Algorithm, now: WallTime
  ) -> [UInt32]? {
    var added: [Member] = []
    for role in roles {
      let all = members + added
      let id = (all.map(\.id).max() ?? 0) &+ 1
      // One in 65,536 is like another: a few attempts are enough.
      var made: ZoneKey?
      for _ in 0..<8 {
        made = ZoneKey.generate(algorithm, role)
        guard let tag = made?.tag, all.contains(where: { $0.key.tag == tag }) else { break }
      }
      guard let made else { return nil }
      added.append(Member(id: id, key: made, created: now, active: nil))
    }
    members += added
    return added.map(\.id)
  }

  /// Notes that the zone's longest TTL is `seconds` from `now` on.
  package mutating func note(_ seconds: Int64, now: WallTime) {
    guard seconds != zoneTTL else { return }
    let former = zoneTTL == 0 ? NameServiceLimits.unknownTTL : zoneTTL
    formerUntil = max(formerUntil, now.adding(former))
    zoneTTL = seconds
  }

  /// Takes over what is waited for now: a phase that is under way never ends earlier than one that began with
  /// that. Later than needed is safe.
  package mutating func follow(_ timing: KeyTiming, now: WallTime) {
    begin(now: now)
    note(timing.zoneTTL, now: now)
    for index in rollovers.indices where !rollovers[index].phase.awaitsParent {
      let rollover = rollovers[index]
      rollovers[index].until = max(
        rollover.until, end(of: rollover, after: rollover, timing, now: rollover.since))
    }
  }

  /// Gives keys times that were stored without, as earlier versions did: their lives begin now.
  private mutating func begin(now: WallTime) {
    for index in members.indices where members[index].created.seconds == 0 {
      members[index] = Member(
        id: members[index].id, key: members[index].key, created: now,
        active: members[index].active.map { _ in now })
    }
  }

  /// The clock was set forward by so many seconds, or back if they are negative: what is waited for takes as long as
  /// it would have taken. What began in a time that is yet to come begins now. Keys without times get them.
  package mutating func move(by seconds: Int64, now: WallTime) {
    begin(now: now)
    let forward = max(0, seconds)
    formerUntil = formerUntil.adding(forward)
    if seconds < 0 { formerUntil = min(formerUntil, now.adding(NameServiceLimits.formerTTL)) }
    for index in rollovers.indices {
      let rollover = rollovers[index]
      rollovers[index].since = min(rollover.since.adding(forward), now)
      rollovers[index].until = rollovers[index].since.adding(
        rollover.until.seconds - rollover.since.seconds)
    }
    for index in members.indices {
      members[index].active = members[index].active.map { min($0.adding(forward), now) }
    }
  }

  /// When what was answered until `now` is in no cache any more.
  func drained(_ timing: KeyTiming, now: WallTime) -> WallTime {
    max(now.adding(zoneTTL), formerUntil).adding(timing.propagation)
  }
}

extension WallTime {
  /// So many seconds later; the latest time there is if that is later.
  func adding(_ seconds: Int64) -> WallTime {
    let (sum, overflow) = self.seconds.addingReportingOverflow(seconds)
    return WallTime(seconds: overflow ? .max : sum)
  }
}

extension KeySet {
  /// The key, if there is one alone that programs before rollovers can use.
  package var onlyKey: ZoneKey? {
    guard members.count == 1, let key = members.first?.key, key.algorithm == .ecdsaP256,
      key.role == .combined
    else { return nil }
    return key
  }
}
