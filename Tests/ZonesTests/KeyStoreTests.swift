// Keys of zones in the store: what is due and when, over restarts, among many zones.

import ConfigurationTree
import DNS
import NameService
import Primitives
import TLS
import Testing

@testable import Zones

@Suite("Keys of zones in time") struct KeyStoreTests {
  private static let day: Int64 = 86_400

  /// A store and a clock.
  private struct World {
    let directory: TemporaryDirectory
    var store: ZoneStore
    var now: Int64 = 1_900_000_000
    /// Whether the zone above is seen to have what is wanted before an old key goes.
    var confirms = true
    var wall: WallTime { WallTime(seconds: now) }

    init() throws {
      directory = try TemporaryDirectory()
      store = try ZoneStore.open(directory.file("zones"), check: Samples.anyCertificate).store
    }

    /// As a crash would have it: what was not written is gone.
    mutating func reopen() throws {
      store.close()
      store = try ZoneStore.open(directory.file("zones"), check: Samples.anyCertificate).store
    }

    func apply(_ change: ZoneChange) throws {
      _ = try store.apply([change], check: nil, sequenceFloor: 0, now: wall)
    }

    /// What the control side does, again and again until `seconds` have passed.
    mutating func pass(_ seconds: Int64) throws {
      let end = now + seconds
      while now < end {
        now = min(end, now + 1_800)
        guard try store.hasDueKeys(wall) else { continue }
        let works = try store.takeDueKeys(wall, limit: 64)
        let renewal = store.advanceKeys(of: works.filter(\.isStep).map(\.id), now: wall)
        #expect(renewal.failure == nil)
        for number in 0..<2 where confirms {
          let phases = try keys(number)?.rollovers.map(\.phase) ?? []
          if phases.contains(.confirm) { try see(try wanted(number), number) }
        }
      }
    }

    func keys(_ number: Int = 1) throws -> KeySet? {
      try store.configurationWithKeys(of: Samples.id(number))?.signingKeys
    }

    func see(_ delegations: [[UInt8]], _ number: Int = 1) throws {
      let renewal = try store.observe(
        .delegations(delegations), of: Samples.id(number), now: wall)
      #expect(renewal.failure == nil)
    }

    /// The contents of the DS records that the zone wants above.
    func wanted(_ number: Int = 1) throws -> [[UInt8]] {
      let zone = try #require(try store.configurationWithKeys(of: Samples.id(number)))
      let apex = try DomainName(zone.name)
      return (zone.signingKeys?.plan.entries ?? []).filter(\.use.isWanted)
        .compactMap { $0.key.delegation(of: apex) }
    }
  }

  private static func zone(
    _ number: Int = 1, isSigned: Bool = true, _ change: (inout SigningPolicy) -> Void = { _ in }
  ) -> ZoneConfiguration {
    var zone = Samples.zone(number)
    zone.records = Samples.records(zone.name, soa: nil)
    zone.isSigned = isSigned
    change(&zone.signingPolicy)
    return zone
  }

  private static func phase(_ keys: KeySet?) -> String {
    keys?.rollovers.map { "\($0.kind.name) \($0.phase.name)" }.joined(separator: ", ") ?? "none"
  }

  @Test("a rollover goes on over restarts at every step, and a new serial number tells of each")
  func restarts() throws {
    var world = try World()
    try world.apply(.put(Self.zone()))
    try world.see(try world.wanted())
    #expect(Self.phase(try world.keys()) == "")
    try world.apply(.keys(Samples.id(1), .roll(.combined)))
    var phases: [String] = []
    var serials: Set<UInt32> = []
    for _ in 0..<40 {
      let phase = Self.phase(try world.keys())
      if phases.last != phase { phases.append(phase) }
      let zone = try #require(try world.store.configuration(of: Samples.id(1)))
      serials.insert(zone.records?.serial.value ?? 0)
      try world.reopen()
      if phase == "csk submit" { try world.see(try world.wanted()) }
      try world.pass(3_600)
    }
    #expect(phases == ["csk publish", "csk submit", "csk retire", ""])
    // From publish to retire answers stay as they are but for what is wanted above.
    #expect(serials.count == 3)
  }

  @Test("a ZSK is replaced by itself, again and again, whatever else changes of the zone")
  func schedule() throws {
    var world = try World()
    try world.apply(
      .put(
        Self.zone {
          $0.isSplit = true; $0.zskDays = 30
        }))
    var tags: Set<UInt16> = []
    for day in 0..<200 {
      try world.pass(Self.day)
      try world.apply(.patch(Samples.id(1), .object([("weight", .integer(1 + day % 2))])))
      for member in try world.keys()?.members ?? [] where member.key.role == .zoneSigning {
        tags.insert(member.key.tag)
      }
      if day % 20 == 0 { try world.reopen() }
    }
    #expect((6...9).contains(tags.count))
  }

  @Test("what is due is found by time: nothing is read of zones whose time has not come")
  func index() throws {
    var world = try World()
    for number in 0..<300 {
      try world.apply(
        .put(
          Self.zone(number) {
            $0.isSplit = true; $0.checksParent = false; $0.zskDays = 80
          }))
    }
    try world.apply(.put(Self.zone(300, isSigned: false)))
    #expect(try !world.store.hasDueKeys(world.wall))
    // Those are due whose part of the life's last eighth is over: no two need be so on the same day.
    world.now += 75 * Self.day
    let due = try world.store.takeDueKeys(world.wall, limit: 1_000)
    #expect(due.count > 60 && due.count < 240 && due.allSatisfy { $0.isStep && !$0.asksParent })
    #expect(try !world.store.hasDueKeys(world.wall))
    // What came of nothing comes again.
    world.now += 120
    #expect(try world.store.takeDueKeys(world.wall, limit: 10).count == 10)
    try world.apply(.patch(due[0].id, .object([("dnssec", .bool(false))])))
    try world.apply(.keys(due[0].id, .forget))
    try world.apply(.remove(due[0].id))
    #expect(try world.store.keysDue(due[0].id) == nil)
  }

  @Test("the zone above is asked less and less often, and soon again after a step")
  func questions() throws {
    var world = try World()
    try world.apply(.put(Self.zone()))
    try world.see(try world.wanted())
    #expect(try world.store.keysDue(Samples.id(1)) == nil)
    try world.apply(.keys(Samples.id(1), .roll(.combined)))
    try world.pass(8 * 3_600)
    #expect(Self.phase(try world.keys()) == "csk submit")
    var pauses: [Int64] = []
    for _ in 0..<14 {
      let due = try #require(try world.store.keysDue(Samples.id(1)))
      pauses.append(due.seconds - world.now)
      world.now = due.seconds
      #expect(try world.store.takeDueKeys(world.wall, limit: 9).map(\.asksParent) == [true])
      // Another change of the zone puts nothing off, and brings nothing forward.
      let again = try world.store.keysDue(Samples.id(1))
      try world.apply(.patch(Samples.id(1), .object([("weight", .integer(3))])))
      #expect(try world.store.keysDue(Samples.id(1)) == again)
    }
    #expect(pauses == pauses.sorted() && (pauses.last ?? 0) >= 6 * 3_600)
    #expect((pauses.last ?? 0) <= 12 * 3_600)
  }

  @Test("signing goes on until the zone above has no DS record, and can be kept on meanwhile")
  func unsigning() throws {
    var world = try World()
    try world.apply(.put(Self.zone()))
    let first = try world.keys()?.members.map(\.key)
    try world.see(try world.wanted())
    let off: ConfigurationValue = .object([("dnssec", .bool(false))])
    try world.apply(.patch(Samples.id(1), off))
    #expect(try world.keys()?.isLeaving == true)
    // As a file of zones does it.
    try world.apply(.put(Self.zone(isSigned: false)))
    #expect(try world.keys()?.isLeaving == true)
    try world.apply(.patch(Samples.id(1), .object([("dnssec", .bool(true))])))
    #expect(try world.keys()?.isLeaving == false)
    #expect(try world.keys()?.members.map(\.key) == first)
    try world.apply(.patch(Samples.id(1), off))
    try world.pass(2 * Self.day)
    #expect(try world.keys()?.isLeaving == true)
    try world.see([])
    try world.pass(2 * Self.day)
    #expect(try world.keys() == nil)
    #expect(try world.store.keysDue(Samples.id(1)) == nil)
  }

  @Test("other algorithms and roles follow a change of the settings")
  func policy() throws {
    var world = try World()
    try world.apply(.put(Self.zone()))
    try world.see(try world.wanted())
    let policy: ConfigurationValue = .object([
      ("algorithm", .string("ed25519")), ("type", .string("split")),
    ])
    try world.apply(.patch(Samples.id(1), .object([("dnssecKeys", policy)])))
    #expect(Self.phase(try world.keys()) == "algorithm presign")
    try world.pass(2 * Self.day)
    try world.see(try world.wanted())
    try world.pass(3 * Self.day)
    let members = try world.keys()?.members ?? []
    #expect(members.map(\.key.role) == [.keySigning, .zoneSigning])
    #expect(members.allSatisfy { $0.key.algorithm == .ed25519 })
  }

  @Test("a key that an earlier version stored signs on, and can be replaced")
  func earlier() throws {
    var world = try World()
    let key = try #require(ZoneKey.generate())
    var record = RecordWriter(format: ZoneRecord.format)
    record.write(2, key.privateKey + key.publicKey)
    var zone = Self.zone()
    #expect(ZoneRecord.readKeys(record.bytes.span, into: &zone))
    #expect(zone.signingKeys == KeySet(stored: key))
    #expect(zone.signingKeys?.plan == SigningPlan(key))
    try world.apply(.put(zone))
    // Earlier versions read what this one writes.
    let stored = try #require(try world.store.configurationWithKeys(of: zone.id))
    #expect(stored.signingKeys?.onlyKey == key)
    let bytes = try #require(ZoneRecord.writeKeys(stored))
    #expect(Self.tags(bytes) == [2, 4])
    try world.apply(.keys(zone.id, .roll(.combined)))
    // Its TTLs were not looked after: a day counts for them.
    try world.pass(Self.day)
    try world.see(try world.wanted())
    try world.pass(4 * Self.day)
    #expect(try world.keys()?.members.count == 1 && world.keys()?.onlyKey != key)
  }

  private static func tags(_ bytes: [UInt8]) -> [UInt64] {
    guard var fields = RecordReader(bytes.span, format: ZoneRecord.format) else { return [] }
    var tags: [UInt64] = []
    while let tag = fields.nextTag() { tags.append(tag) }
    return tags
  }

  @Test("what is asked for in vain is refused with the reason")
  func refusals() throws {
    let world = try World()
    try world.apply(.put(Self.zone(isSigned: false)))
    func fault(_ change: KeyChange) -> String? {
      do throws(ZoneStoreError) {
        _ = try world.store.apply(
          [.keys(Samples.id(1), change)], check: nil, sequenceFloor: 0, now: world.wall)
        return nil
      } catch {
        guard case .invalid(let faults) = error else { return "\(error)" }
        return faults.map { "\($0.path) \($0.problem)" }.joined(separator: "; ")
      }
    }
    #expect(fault(.roll(.combined))?.hasPrefix("dnssec is false") == true)
    try world.apply(.patch(Samples.id(1), .object([("dnssec", .bool(true))])))
    #expect(fault(.roll(.combined))?.contains("too early") == true)
    #expect(fault(.roll(.zoneSigning))?.contains("has no ZSK") == true)
    #expect(fault(.forget)?.contains("is to be signed") == true)
    #expect(fault(.parent(.saidWanted)) == nil)
    #expect(fault(.parent(.saidWanted))?.contains("nothing waits") == true)
    #expect(fault(.roll(.combined)) == nil)
    #expect(fault(.roll(.combined))?.contains("a CSK rollover is under way") == true)
  }

  @Test("random sets come back from their records as they were")
  func records() throws {
    var generator = SplitMix64(seed: 3)
    for _ in 0..<200 {
      func time() -> WallTime { WallTime(seconds: Int64(generator.next() >> 30)) }
      func pick<Element>(_ list: [Element]) -> Element {
        list[Int(generator.next() % UInt64(list.count))]
      }
      // Two keys that stay, or go all, and one that comes.
      let (kind, newRole, phases): (KeyRollover.Kind, ZoneKey.Role, [KeyRollover.Phase]) = pick([
        (.zoneSigning, .zoneSigning, [.publish, .retire]),
        (.keySigning, .keySigning, [.publish, .submit, .retire, .confirm]),
        (.algorithm, .combined, [.presign, .publish, .submit, .retire, .confirm, .withdraw]),
      ])
      let roles = [newRole, .zoneSigning, .keySigning]
      let members = try (1...3).map { id in
        let key = try #require(ZoneKey.generate(pick([.ecdsaP256, .ed25519]), roles[id - 1]))
        return KeySet.Member(
          id: UInt32(id), key: key, created: time(), active: id == 2 ? nil : time())
      }
      let old: [UInt32] = kind == .algorithm ? [2, 3] : kind == .zoneSigning ? [2] : [3]
      var rollover = KeyRollover(
        kind, pick(phases), since: time(), until: time(), new: [1], old: old)
      rollover.isSeen = pick([false, true])
      var set = KeySet(
        members: members, rollovers: [rollover], zoneTTL: Int64(generator.next() >> 40),
        formerUntil: time())
      set.revision = generator.next() >> 40
      var record = RecordWriter(format: 1)
      ZoneRecord.write(set, &record)
      let bytes = Array(record.bytes.dropFirst())
      let back = ZoneRecord.readKeySet(bytes.span)
      #expect(back == set)
      let cut = Array(bytes.dropLast())
      let broken = ZoneRecord.readKeySet(cut.span)
      #expect(broken == nil)
    }
  }
}
