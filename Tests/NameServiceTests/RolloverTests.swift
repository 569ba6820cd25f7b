// Rollovers: what they wait for, and that no resolver ever finds a zone bogus.

import DNS
import Primitives
import TLS
import Testing

@testable import NameService

@Suite("Rollovers of keys")
struct RolloverTests {
  static let day: Int64 = 86_400
  static let apex = "z.test"

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
      parent = plan.isLeaving ? [] : wanted
      model.delegate(to: Set(parent.map { RolloverModel.Key($0) }), timing, at: now)
    }

    /// Somebody looks what the zone above has, or an earlier version that a resolver has kept.
    mutating func look(isStale: Bool) {
      let versions = model.delegations
      let index = isStale ? max(0, versions.count - 2) : versions.count - 1
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
        if keys?.isUnknownAbove == true { keys = nil }
      } else if keys == nil {
        keys = KeySet(policy, timing, wasAnswered: true, now: wall)
      } else {
        keys?.stay(now: wall)
      }
      advance()
    }
  }

  @Test("in no year of random rollovers is any mixture of cached versions bogus", arguments: 0..<24)
  func years(seed: Int) throws {
    var world = try World(seed: UInt64(seed))
    let end = world.now + 366 * Self.day
    var faults: [String] = []
    while world.now < end, faults.isEmpty {
      // As the clock does: to the very second at which something is due, or a random while.
      let step = world.keys?.nextStep(world.policy, spread: world.spread)?.seconds ?? .max
      let pause = Int64(world.generator.next() % 40_000) + 1
      world.now = step > world.now && step < world.now + pause ? step : world.now + pause
      if let fault = world.model.fault(at: world.now) { faults.append("before: \(fault)") }
      world.advance()
      if world.chance(1, in: 30) { world.adopt() }
      if world.chance(1, in: 8) {
        let isStale = world.chance(1, in: 2)
        world.look(isStale: isStale)
      }
      if world.chance(1, in: 60) { world.operate() }
      if seed % 4 == 3, world.chance(1, in: 400) { world.toggle() }
      world.model.forget(before: world.now)
      if let fault = world.model.fault(at: world.now) {
        faults.append("\(fault), day \((world.now - end) / Self.day + 366), \(world.kinds)")
      }
    }
    #expect(faults == [])
    let rolled = world.kinds.keys.filter { $0 != .securing }.count
    #expect(rolled >= 2, "\(world.kinds)")
  }

  @Test("the model finds what a hasty rollover breaks")
  func haste() throws {
    let hasty: [(inout World) throws -> Void] = [
      // The key that signs the zone is replaced at once.
      { world in
        let old = world.keys?.members[0]
        world.keys = KeySet(world.policy, world.timing, wasAnswered: false, now: world.wall)
        #expect(old != nil)
      },
      // Signing ends before the DS record is gone.
      { world in world.keys = nil },
      // The zone above is faster than the caches of the DNSKEY set.
      { world in
        try world.roll(.combined)
        world.parent = world.keys?.members.suffix(1).map(\.key) ?? []
        world.model.delegate(
          to: Set(world.parent.map { RolloverModel.Key($0) }), world.timing, at: world.now)
      },
    ]
    for spoil in hasty {
      var world = try World(seed: 1)
      world.adopt()
      world.now += 10 * Self.day
      world.look(isStale: false)
      #expect(world.model.fault(at: world.now) == nil && world.keys?.rollovers == [])
      try spoil(&world)
      world.publish()
      #expect(world.model.fault(at: world.now + 1) != nil)
    }
  }

  // MARK: - Single rollovers

  private static func settled(_ change: (inout SigningPolicy) -> Void = { _ in }) throws -> World {
    var world = try World(seed: 1)
    world.policy = SigningPolicy()
    world.policy.zskDays = 0
    change(&world.policy)
    world.keys = KeySet(world.policy, world.timing, wasAnswered: false, now: world.wall)
    world.adopt()
    world.look(isStale: false)
    #expect(world.keys?.rollovers == [])
    return world
  }

  private static func phases(_ world: inout World, days: Int64) -> [String] {
    var phases: [String] = []
    for _ in 0..<(days * 24) {
      let name = world.keys?.rollovers.map { "\($0.kind.name) \($0.phase.name)" }.joined() ?? "none"
      if phases.last != name { phases.append(name) }
      world.now += 3_600
      world.advance()
    }
    return phases
  }

  @Test("a ZSK rollover needs nobody above, and takes the TTLs' time")
  func zoneSigningKey() throws {
    var world = try Self.settled { $0.isSplit = true }
    let old = world.keys?.members.map(\.key)
    try world.roll(.zoneSigning)
    #expect(Self.phases(&world, days: 1) == ["zsk publish", "zsk retire", ""])
    let new = world.keys?.members.map(\.key)
    #expect(new?.count == 2 && new?[0] == old?[0] && new?[1] != old?[1])
  }

  @Test("a CSK rollover stands still until the zone above has the new DS record alone")
  func combined() throws {
    var world = try Self.settled()
    let old = try #require(world.keys?.members.first?.key)
    try world.roll(.combined)
    #expect(Self.phases(&world, days: 30) == ["csk publish", "csk submit"])
    let new = try #require(world.keys?.members.last?.key)
    let delegations = try [old, new].map { try #require($0.delegation(of: world.apex)) }
    for seen in [[], [delegations[0]], delegations] {
      world.see(.seen(seen))
      #expect(world.keys?.rollovers.first?.phase == .submit)
    }
    world.see(.seen([delegations[1]]))
    #expect(world.keys?.rollovers.first?.phase == .retire)
    #expect(Self.phases(&world, days: 3) == ["csk retire", ""])
    #expect(world.keys?.members.map(\.key) == [new])
  }

  @Test("another algorithm signs first, is published then, and leaves in reverse")
  func algorithm() throws {
    var world = try Self.settled()
    world.policy.algorithm = .ed25519
    world.advance()
    #expect(
      Self.phases(&world, days: 3)
        == ["algorithm presign", "algorithm publish", "algorithm submit"])
    world.adopt()
    world.look(isStale: false)
    #expect(Self.phases(&world, days: 3) == ["algorithm retire", "algorithm withdraw", ""])
    #expect(world.keys?.members.map(\.key.algorithm) == [.ed25519])
  }

  @Test("a zone that is signed no more stays signed until the DS record is gone and forgotten")
  func unsigning() throws {
    var world = try Self.settled()
    world.toggle()
    #expect(world.keys?.plan.isLeaving == true)
    // What a resolver has kept from before there was a DS record is not believed.
    world.see(.seen([]))
    #expect(Self.phases(&world, days: 30) == ["unsigning submit"])
    world.adopt()
    world.look(isStale: false)
    #expect(Self.phases(&world, days: 3) == ["unsigning retire", "none"])
    #expect(world.keys == nil)
  }

  @Test("a zone that was answered without signatures is to be known above only when these are gone")
  func securing() throws {
    var world = try Self.settled()
    world.keys = KeySet(world.policy, world.timing, wasAnswered: true, now: world.wall)
    #expect(world.keys?.plan.entries.contains { $0.use.isWanted } == false)
    #expect(throws: KeySet.Refusal.underWay(.securing)) {
      try world.roll(.combined)
    }
    world.now += Self.day + 3_600 - 1
    world.advance()
    #expect(world.keys?.isUnknownAbove == true)
    world.now += 1
    world.advance()
    #expect(world.keys?.plan.entries.contains { $0.use.isWanted } == true)
  }

  @Test("keys have their day each, zone by zone, and no two tags are the same")
  func schedule() throws {
    var days: Set<Int64> = []
    for spread in 0..<200 as Range<UInt64> {
      let world = try Self.settled {
        $0.isSplit = true; $0.zskDays = 80
      }
      let due = try #require(world.keys?.nextStep(world.policy, spread: spread))
      let after = (due.seconds - world.now) / Self.day
      #expect((69...80).contains(after))
      days.insert(after)
      if spread > 20 { continue }
      #expect(Set(world.keys?.members.map(\.key.tag) ?? []).count == 2)
    }
    #expect(days.count >= 9)
  }
}
