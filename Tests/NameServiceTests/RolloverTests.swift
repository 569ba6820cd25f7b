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
      if world.chance(1, in: 30) { world.revert() }
      if seed % 4 > 1, world.chance(1, in: 30) { world.sayTooEarly() }
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
      world.confirm()
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

  @Test("an old key stays until the zone above is seen not to need it, whatever was said")
  func confirmed() throws {
    var world = try Self.settled()
    let old = try #require(world.keys?.members.first?.key)
    try world.roll(.combined)
    _ = Self.phases(&world, days: 1)
    let new = try #require(world.keys?.members.last?.key)
    let delegations = try [old, new].map { try #require($0.delegation(of: world.apex)) }
    // Said too early.
    world.see(.saidWanted)
    #expect(world.passed(days: 30) == ["csk retire", "csk confirm"])
    #expect(world.keys?.members.map(\.key) == [old, new])
    // And taken back after it was there.
    for _ in 0..<2 {
      world.see(.seen([delegations[0]]))
      #expect(world.passed(days: 3) == ["csk submit"])
      world.see(.seen([delegations[1]]))
      #expect(world.passed(days: 3) == ["csk retire", "csk confirm"])
      #expect(world.keys?.members.map(\.key) == [old, new])
    }
    world.see(.seen([delegations[1]]))
    #expect(world.keys?.members.map(\.key) == [new] && world.keys?.rollovers == [])
  }

  @Test("what was only said is waited for anew from when it is seen; where nobody asks it counts")
  func said() throws {
    var world = try Self.settled()
    try world.roll(.combined)
    _ = Self.phases(&world, days: 1)
    world.see(.saidWanted)
    _ = world.passed(days: 3)
    world.adopt()
    world.look(isStale: false)
    // The old DS record may have been there until now.
    #expect(world.passed(days: 3) == ["csk retire", "csk confirm"])
    world.look(isStale: false)
    #expect(world.keys?.rollovers == [])
    world = try Self.settled { $0.checksParent = false }
    try world.roll(.combined)
    _ = Self.phases(&world, days: 1)
    world.see(.saidWanted)
    #expect(world.passed(days: 3) == ["csk retire", "csk confirm", ""])
    world = try Self.settled()
    try world.roll(.combined)
    _ = Self.phases(&world, days: 1)
    world.see(.saidWanted)
    _ = world.passed(days: 3)
    world.see(.unasked)
    #expect(world.keys?.rollovers == [])
  }

  @Test("what the operator says is compared with what is seen")
  func verified() throws {
    var world = try Self.settled()
    let old = try #require(world.keys?.members.first?.key.delegation(of: world.apex))
    try world.roll(.combined)
    _ = Self.phases(&world, days: 1)
    let new = try #require(world.keys?.members.last?.key.delegation(of: world.apex))
    var taken = [[], [old], [old, new]].map { world.see(.saidAndSeen($0, isNone: false)) }
    taken.append(world.see(.saidAndSeen([], isNone: true)))
    #expect(taken == [false, false, false, false])
    taken = [world.see(.saidAndSeen([new], isNone: false))]
    world = try Self.settled()
    world.toggle()
    taken.append(world.see(.saidAndSeen([old], isNone: true)))
    taken.append(world.see(.saidAndSeen([], isNone: true)))
    #expect(taken == [true, false, true])
  }

  @Test("a wait that is under way follows longer times, and never gets shorter")
  func following() throws {
    var world = try Self.settled()
    try world.roll(.combined)
    _ = Self.phases(&world, days: 1)
    world.adopt()
    world.look(isStale: false)
    let until = try #require(world.keys?.rollovers.first?.until)
    var timing = world.timing
    timing.delegation += Self.day
    world.follow(timing)
    #expect(world.keys?.rollovers.first?.until == until.adding(Self.day))
    world.follow(world.timing)
    #expect(world.keys?.rollovers.first?.until == until.adding(Self.day))
    world.keys = KeySet(world.policy, world.timing, wasAnswered: true, now: world.wall)
    let early = try #require(world.keys?.rollovers.first?.until)
    timing.propagation += 5_000
    world.follow(timing)
    #expect(world.keys?.rollovers.first?.until == early.adding(5_000))
  }

  @Test("signing that is switched off at once waits for the zone above all the same")
  func early() throws {
    var world = try Self.settled()
    world.keys = KeySet(world.policy, world.timing, wasAnswered: true, now: world.wall)
    world.toggle()
    #expect(world.keys?.isLeaving == true && world.keys?.members.count == 1)
    world.toggle()
    #expect(world.keys?.isUnknownAbove == true)
    #expect(world.keys?.plan.entries.contains { $0.use.isWanted } == false)
    world.toggle()
    _ = world.passed(days: 2)
    world.see(.seen([]))
    #expect(world.passed(days: 3).last == "securing publish, unsigning confirm")
    world.see(.seen([]))
    world.advance()
    #expect(world.keys == nil)
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
