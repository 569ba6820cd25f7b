// A zone whose keys are rolled, and everybody who has to do with it, in virtual time.

import DNS
import Primitives
import TLS

@testable import NameService

extension RolloverTests {
  /// A zone that is signed, the zone above it, and all caches between, in virtual time.
  struct World {
    var generator: SplitMix64
    var now: Int64 = 1_900_000_000
    var policy = SigningPolicy()
    var zoneTTL: Int64 = 3_600
    var keys: KeySet?
    var isSigned = true
    var model = RolloverModel()
    var parent: [ZoneKey] = []
    var kinds: [KeyRollover.Kind: Int] = [:]
    /// Whether the zone above has taken something back. The resolver looks anew then: what it may have kept until
    /// the old key goes can't be told from what is.
    var isReverted = false
    let apex: DomainName
    let spread: UInt64

    init(seed: UInt64) throws {
      generator = SplitMix64(seed: seed)
      apex = try DomainName(RolloverTests.apex)
      spread = generator.next()
      policy.isSplit = seed % 2 == 0
      policy.zskDays = 30
      policy.kskDays = seed % 3 == 0 ? 90 : 0
      keys = KeySet(policy, timing, wasAnswered: false, now: wall)
      publish()
      model.delegate(to: [], timing, at: now)
    }

    var wall: WallTime { WallTime(seconds: now) }

    var timing: KeyTiming {
      KeyTiming(
        zoneTTL: zoneTTL, propagation: Int64(policy.propagation),
        delegation: Int64(policy.parentTTL + policy.parentPropagation))
    }

    mutating func roll(_ role: ZoneKey.Role) throws(KeySet.Refusal) {
      let (timing, wall) = (timing, wall)
      try keys?.roll(role, timing, now: wall)
    }

    @discardableResult mutating func see(_ delegations: KeySet.Delegations) -> Bool {
      let (timing, wall, apex) = (timing, wall, apex)
      return keys?.observe(delegations, apex: apex, timing, now: wall) ?? false
    }

    mutating func publish() { model.answer(keys, zoneTTL: zoneTTL, timing, at: now) }

    mutating func chance(_ one: UInt64, in many: UInt64) -> Bool { generator.next() % many < one }

    /// What the server's control side does when something is due.
    mutating func advance() {
      let before = keys?.rollovers.map(\.kind) ?? []
      let (policy, timing, spread, wall) = (policy, timing, spread, wall)
      keys?.advance(policy, timing, spread: spread, now: wall)
      if keys?.members.isEmpty == true { keys = nil }
      for kind in keys?.rollovers.map(\.kind) ?? [] where !before.contains(kind) {
        kinds[kind, default: 0] += 1
      }
      publish()
    }

    /// What the zone above does with CDS and CDNSKEY (RFC 7344): it takes them as they are.
    mutating func adopt() {
      guard let plan = keys?.plan else { return }
      let wanted = plan.entries.filter(\.use.isWanted).map(\.key)
      guard plan.isLeaving || !wanted.isEmpty else { return }
      // What is taken back and given again before somebody looks can't be noticed.
      let isNoticed = keys?.rollovers.allSatisfy { $0.phase != .retire && $0.phase != .confirm }
      guard !isReverted || isNoticed == true else { return }
      parent = plan.isLeaving ? [] : wanted
      isReverted = false
      model.delegate(to: Set(parent.map { RolloverModel.Key($0) }), timing, at: now)
    }

    /// What is wanted above is seen there before an old key goes.
    mutating func confirm() {
      guard let plan = keys?.plan, keys?.rollovers.contains(where: { $0.phase == .confirm }) == true
      else { return }
      see(.seen(plan.entries.filter(\.use.isWanted).compactMap { $0.key.delegation(of: apex) }))
      advance()
    }

    mutating func follow(_ timing: KeyTiming) {
      let wall = wall
      keys?.follow(timing, now: wall)
    }

    /// The phases that so many days bring without anybody looking.
    mutating func passed(days: Int64) -> [String] {
      var phases: [String] = []
      for _ in 0..<(days * 24) {
        let name =
          keys?.rollovers.map { "\($0.kind.name) \($0.phase.name)" }.joined(separator: ", ")
          ?? "none"
        if phases.last != name { phases.append(name) }
        now += 3_600
        advance()
      }
      return phases
    }

    /// The zone above takes back what it adopted last, as when it is restored from a backup.
    mutating func revert() {
      let versions = model.delegations
      let trusted = Set(
        (keys?.plan.entries ?? []).filter { $0.use.isPublished && $0.use.signsKeys }
          .map { RolloverModel.Key($0.key) })
      guard versions.count > 1, let earlier = versions.dropLast().last?.content,
        !earlier.isEmpty, earlier.isSubset(of: trusted),
        keys?.rollovers.contains(where: { $0.phase == .retire || $0.phase == .confirm }) == true
      else { return }
      parent = (keys?.members ?? []).map(\.key).filter { earlier.contains(RolloverModel.Key($0)) }
      model.delegate(to: earlier, timing, at: now)
      isReverted = true
    }

    /// The operator says that the zone above has what is wanted, and is wrong.
    mutating func sayTooEarly() {
      guard let keys, !keys.isUnknownAbove,
        !keys.rollovers.contains(where: { $0.phase == .confirm })
      else { return }
      see(keys.isLeaving ? .saidNone : .saidWanted)
      advance()
    }

    /// Somebody looks what the zone above has, or an earlier version that a resolver has kept.
    mutating func look(isStale: Bool) {
      let versions = model.delegations
      let index = isStale && !isReverted ? max(0, versions.count - 2) : versions.count - 1
      guard versions.indices.contains(index) else { return }
      if index + 1 < versions.count, versions[index + 1].from + versions[index].kept < now {
        return
      }
      let all = (keys?.members.map(\.key) ?? []) + parent
      let contents = versions[index].content.compactMap { seen in
        all.first { RolloverModel.Key($0) == seen }?.delegation(of: apex) ?? [0, 1, 13, 2, 9]
      }
      see(.seen(contents))
      advance()
    }

    /// What an operator may do, at any time.
    mutating func operate() {
      let wall = wall
      switch generator.next() % 7 {
      case 0: try? roll(.zoneSigning)
      case 1: try? roll(.keySigning)
      case 2: try? roll(.combined)
      case 3: policy.algorithm = policy.algorithm == .ed25519 ? .ecdsaP256 : .ed25519
      case 4: policy.isSplit.toggle()
      case 5:
        zoneTTL = [60, 3_600, 20_000, RolloverTests.day][Int(generator.next() % 4)]
        keys?.note(zoneTTL, now: wall)
      default: break
      }
      for kind in keys?.rollovers.map(\.kind) ?? [] { kinds[kind, default: 0] += 1 }
      advance()
    }

    /// Switches signing off, or on again.
    mutating func toggle() {
      let (timing, wall) = (timing, wall)
      isSigned.toggle()
      if !isSigned {
        keys?.leave(timing, now: wall)
      } else if keys == nil {
        keys = KeySet(policy, timing, wasAnswered: true, now: wall)
      } else {
        keys?.stay(now: wall)
      }
      advance()
    }
  }
}
