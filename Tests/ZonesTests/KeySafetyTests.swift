// Keys of zones that must not get lost.

import ConfigurationTree
import DNS
import NameService
import Primitives
import Storage
import TLS
import Testing

@testable import Zones

@Suite("Keys of zones are not lost") struct KeySafetyTests {
  private let directory: TemporaryDirectory
  private let store: ZoneStore
  private let now = WallTime(seconds: 1_900_000_000)
  private static let off: ConfigurationValue = .object([("dnssec", .bool(false))])

  init() throws {
    directory = try TemporaryDirectory()
    store = try ZoneStore.open(directory.file("zones"), check: Samples.anyCertificate).store
  }

  private static func zone(_ number: Int = 1, isSigned: Bool = true) -> ZoneConfiguration {
    var zone = Samples.zone(number)
    zone.records = Samples.records(zone.name, soa: nil)
    zone.isSigned = isSigned
    return zone
  }

  private func apply(_ changes: ZoneChange..., at time: WallTime? = nil) throws {
    _ = try store.apply(changes, check: nil, sequenceFloor: 0, now: time ?? now)
  }

  private func keys(_ number: Int = 1) throws -> KeySet? {
    try store.configurationWithKeys(of: Samples.id(number))?.signingKeys
  }

  /// What is wrong with changes.
  private func fault(_ changes: ZoneChange...) -> String? {
    do throws(ZoneStoreError) {
      _ = try store.apply(changes, check: nil, sequenceFloor: 0, now: now)
      return nil
    } catch {
      guard case .invalid(let faults) = error else { return "\(error)" }
      return faults.map { "\($0.path) \($0.problem). \($0.remedy)" }.joined(separator: "; ")
    }
  }

  // MARK: - Changes of zones

  @Test("a signed zone is neither removed, renamed nor rid of its records until that is said")
  func losses() throws {
    try apply(.put(Self.zone()))
    let first = try keys()
    var renamed = Self.zone()
    renamed.name = "other.example"
    renamed.hostnames = [Hostname(name: "other.example")]
    renamed.records = Samples.records("other.example")
    var bare = Self.zone()
    bare.records = nil
    let cases: [(ZoneChange, String)] = [
      (.remove(Samples.id(1)), "is removed"), (.put(renamed), "gets the name other.example"),
      (.put(bare), "loses its DNS records"),
      (.patch(Samples.id(1), .object([("records", .array([]))])), "loses its DNS records"),
    ]
    for (change, text) in cases {
      let found = try #require(fault(change))
      #expect(found.contains("dnssec is in force, and zone-1.example \(text)"), "\(found)")
      #expect(found.contains("skerry dns sign --off --now zone-1.example"))
    }
    #expect(fault(.patch(Samples.id(1), Self.off), .remove(Samples.id(1))) != nil)
    #expect(try keys() == first)
    // Once it is said, or was never signed, nothing is in the way.
    try apply(.patch(Samples.id(1), Self.off), .keys(Samples.id(1), .forget))
    try apply(.put(renamed.unsigned))
    try apply(.remove(Samples.id(1)))
    #expect(try store.count() == 0)
  }

  @Test("what is switched off as soon as it is switched on waits for the zone above, too")
  func hasty() throws {
    try apply(.put(Self.zone(isSigned: false)))
    try apply(.patch(Samples.id(1), .object([("dnssec", .bool(true))])))
    #expect(try keys()?.isUnknownAbove == true)
    try apply(.patch(Samples.id(1), Self.off))
    #expect(try keys()?.isLeaving == true)
  }

  @Test("PUT without dnssecKeys leaves the settings of keys as they are; null in a patch does not")
  func policy() throws {
    var zone = Self.zone()
    zone.signingPolicy.parentTTL = 172_800
    zone.signingPolicy.algorithm = .ed25519
    try apply(.put(zone))
    let first = try #require(try keys())
    let tree: ConfigurationValue = .object([
      ("name", .string(zone.name)), ("origins", .array([.string("http://127.0.0.1:1")])),
      ("records", zone.records?.tree), ("dnssec", .bool(true)),
    ])
    var decoder = ConfigurationDecoder()
    let decoded = ZoneConfiguration.decode(tree, &decoder) { _ in zone.id }
    let given = try #require(decoded)
    try apply(.put(given))
    #expect(try store.configuration(of: zone.id)?.signingPolicy == zone.signingPolicy)
    #expect(try keys()?.members == first.members)
    // A file of zones that is applied once more changes nothing.
    #expect(try store.plan([given], prunes: false).isEmpty)
    let null: ConfigurationValue = .object([("dnssecKeys", ConfigurationValue(.null))])
    try apply(.patch(zone.id, null))
    #expect(try store.configuration(of: zone.id)?.signingPolicy == SigningPolicy())
  }

  @Test("longer TTLs, also those from before the zone was signed, lengthen what is waited for")
  func longer() throws {
    var zone = Self.zone(isSigned: false)
    zone.records = Samples.records(zone.name, soa: "ns.example.net. a. 1 1 1 1 1")
    try apply(.put(zone))
    try apply(.patch(zone.id, .object([("dnssec", .bool(true))])))
    let until = try #require(try keys()?.rollovers.first?.until)
    let policy: ConfigurationValue = .object([("propagationSeconds", .integer(7_200))])
    try apply(.patch(zone.id, .object([("dnssecKeys", policy)])))
    #expect(try keys()?.rollovers.first?.until == WallTime(seconds: until.seconds + 3_600))
    #expect(try store.keysDue(zone.id)?.seconds == until.seconds + 3_600)
  }

  // MARK: - Backups

  @Test("a backup with older keys leaves those that are in use; one with newer keys brings them")
  func backups() throws {
    try apply(.put(Self.zone()))
    let file = directory.file("older")
    try store.export(to: file)
    let old = try #require(try keys())
    try apply(.keys(Samples.id(1), .roll(.combined)))
    let new = try #require(try keys())
    #expect(new.follows(old) && new.members.count == 2)
    let applied = try store.import(from: file)
    #expect(applied.keptKeys == ["zone-1.example"])
    #expect(try keys()?.members == new.members && keys()?.rollovers == new.rollovers)
    // Another server that has what is older takes what is newer.
    let other = try ZoneStore.open(directory.file("other"), check: Samples.anyCertificate).store
    #expect(try other.import(from: file).keptKeys.isEmpty)
    try store.export(to: directory.file("newer"))
    #expect(try other.import(from: directory.file("newer")).keptKeys.isEmpty)
    #expect(
      try other.configurationWithKeys(of: Samples.id(1))?.signingKeys?.members == new.members)
  }

  @Test("a backup from before the zone was signed, or made anew, takes no keys away")
  func older() throws {
    try apply(.put(Self.zone(isSigned: false)))
    let file = directory.file("older")
    try store.export(to: file)
    try apply(.put(Self.zone()))
    let keys = try #require(try keys())
    let applied = try store.import(from: file)
    #expect(applied.keptKeys == ["zone-1.example"])
    #expect(try self.keys()?.members == keys.members && self.keys()?.isLeaving == true)
    // Under another identity it is the same zone for DNS.
    try apply(.keys(Samples.id(1), .forget), .remove(Samples.id(1)))
    var anew = Self.zone(2)
    anew.name = "zone-1.example"
    anew.hostnames = [Hostname(name: "zone-1.example")]
    anew.records = Samples.records("zone-1.example")
    try apply(.put(anew))
    let second = try #require(try self.keys(2))
    #expect(try store.import(from: file).keptKeys == ["zone-1.example"])
    #expect(try self.keys(1)?.members == second.members && self.keys(2) == nil)
    // A signed zone that the backup has not is not removed in passing.
    try apply(.put(Self.zone(3)))
    #expect(throws: ZoneStoreError.self) { try store.import(from: file) }
    #expect(try self.keys(3) != nil)
  }

  // MARK: - Damage

  /// The record of a set of keys after `spoil`.
  private static func bytes(_ set: KeySet) -> [UInt8] {
    var record = RecordWriter(format: 1)
    ZoneRecord.write(set, &record)
    return Array(record.bytes.dropFirst())
  }

  @Test("a stored set that no step leads to is not read")
  func unsound() throws {
    try apply(.put(Self.zone()))
    let sound = try #require(try keys())
    let (member, start) = (sound.members[0], WallTime(seconds: 5))
    let zoneKey = try #require(ZoneKey.generate(.ecdsaP256, .zoneSigning))
    let other = KeySet.Member(id: 9, key: zoneKey, created: start, active: start)
    func set(
      _ members: [KeySet.Member], _ rollovers: [KeyRollover], ttl: Int64 = 60, former: Int64 = 0
    ) -> KeySet {
      KeySet(
        members: members, rollovers: rollovers, zoneTTL: ttl,
        formerUntil: WallTime(seconds: former))
    }
    func rollover(
      _ kind: KeyRollover.Kind, _ phase: KeyRollover.Phase, new: [UInt32] = [],
      old: [UInt32] = [], until: Int64 = 5
    ) -> KeyRollover {
      KeyRollover(kind, phase, since: start, until: WallTime(seconds: until), new: new, old: old)
    }
    let unsound: [KeySet] = [
      set([], []), set([member, member], []), set([other], []),
      set(Array(repeating: member, count: 9), []), set([member], [], ttl: -1),
      set([member], [], ttl: 1 << 40), set([member], [], former: -1),
      set([member], [], former: .max),
      set([member], [rollover(.unsigning, .publish)]),
      set([member], [rollover(.unsigning, .submit, until: .min)]),
      set([member], [rollover(.unsigning, .submit), rollover(.unsigning, .retire)]),
      set([member], [rollover(.securing, .submit)]),
      set([member], [rollover(.combined, .submit, new: [member.id], old: [member.id])]),
      set([member], [rollover(.combined, .submit, new: [77], old: [member.id])]),
      set([member, other], [rollover(.combined, .submit, new: [other.id], old: [member.id])]),
      set([member, other], [rollover(.combined, .presign, new: [other.id], old: [member.id])]),
    ]
    for (index, one) in unsound.enumerated() {
      let bytes = Self.bytes(one)
      let isRead = ZoneRecord.readKeySet(bytes.span) != nil
      #expect(!isRead, "\(index)")
    }
    let bytes = Self.bytes(sound)
    let isRead = ZoneRecord.readKeySet(bytes.span) == sound
    #expect(isRead)
    // Nothing traps, and what is read is as it should be.
    var generator = SplitMix64(seed: 11)
    for _ in 0..<4_000 {
      var spoiled = bytes
      for _ in 0..<(1 + generator.next() % 3) {
        let place = Int(generator.next() % UInt64(spoiled.count))
        spoiled[place] = UInt8(truncatingIfNeeded: generator.next())
      }
      let read = ZoneRecord.readKeySet(spoiled.span)
      guard var read else { continue }
      #expect(read.isSound)
      read.advance(
        SigningPolicy(), KeyTiming(zoneTTL: 1, propagation: 1, delegation: 1), spread: 1, now: now)
    }
  }

  @Test("damaged keys are kept, told of, never answered without, and can be given up")
  func damaged() throws {
    try apply(.put(Self.zone()))
    let id = Samples.id(1)
    let bytes = try #require(try keys()).damagedBytes
    try store.environment.write { (change) throws(StorageError) in
      var record = RecordWriter(format: ZoneRecord.format)
      record.write(4, bytes)
      try change.put(record.bytes, at: ZoneKeys.key(id), in: store.tables.keys)
    }
    func zone() throws -> ZoneConfiguration {
      try #require(try store.configurationWithKeys(of: id))
    }
    #expect(try zone().signingKeys == nil && zone().damagedKeys == bytes)
    #expect(try zone().isToBeSigned)
    let shown = try zone().signingTree(due: nil)["problem"]
    #expect("\(shown.map { "\($0.content)" } ?? "")".contains("SERVFAIL"))
    // The zone can be changed, and keeps them.
    try apply(.patch(id, .object([("weight", .integer(7))])))
    try apply(.put(Self.zone()))
    #expect(try zone().damagedKeys == bytes && zone().signingKeys == nil)
    #expect(fault(.keys(id, .roll(.combined)))?.contains("can't be read") == true)
    #expect(fault(.remove(id))?.contains("is removed") == true)
    #expect(try store.takeDueKeys(WallTime(seconds: now.seconds + 999_999), limit: 9).isEmpty)
    try store.export(to: directory.file("export"))
    let other = try ZoneStore.open(directory.file("other"), check: Samples.anyCertificate).store
    try other.import(from: directory.file("export"))
    #expect(try other.configurationWithKeys(of: id)?.damagedKeys == bytes)
    try apply(.patch(id, Self.off))
    #expect(try zone().isToBeSigned)
    try apply(.keys(id, .forget))
    #expect(try !zone().isToBeSigned)
    try apply(.patch(id, .object([("dnssec", .bool(true))])))
    #expect(try keys()?.members.count == 1)
  }

  // MARK: - The clock

  @Test("a clock that is set is told from time that passes")
  func readings() {
    func reading(_ wall: Int64, _ sinceBoot: Int64, boot: UInt8 = 1) -> ClockReading {
      ClockReading(wall: WallTime(seconds: wall), sinceBoot: sinceBoot, boot: [boot])
    }
    let first = reading(1_000_000, 100)
    #expect(reading(1_900_000, 900_100).jump(since: first) == 0)
    #expect(reading(1_000_065, 110).jump(since: first) == 0)
    #expect(reading(2_000_000, 200).jump(since: first) == 999_900)
    #expect(reading(500_000, 200).jump(since: first) == -500_100)
    // After another start of the machine time may have passed, but not gone back.
    #expect(reading(9_000_000, 5, boot: 2).jump(since: first) == 0)
    #expect(reading(900_000, 5, boot: 2).jump(since: first) == -100_000)
  }

  /// What the control side does when it looks at the clocks.
  private func settle(_ reading: ClockReading) throws -> Int64? {
    guard let jump = try store.clockJump(reading) else { return nil }
    var last: ZoneID?
    repeat {
      let settled = try store.settleKeys(after: last, limit: 2, jump: jump, now: reading.wall)
      #expect(settled.renewal.failure == nil)
      last = settled.last
    } while last != nil
    try store.note(reading)
    return jump
  }

  @Test("a clock set forward shortens no wait, and one set back keeps none for ever")
  func clock() throws {
    func reading(_ wall: Int64, after seconds: Int64) -> ClockReading {
      ClockReading(wall: WallTime(seconds: wall), sinceBoot: seconds, boot: [1])
    }
    #expect(try settle(reading(now.seconds, after: 0)) == 0)
    #expect(try settle(reading(now.seconds + 50, after: 50)) == nil)
    for number in 1...5 {
      try apply(.put(Self.zone(number, isSigned: false)))
      try apply(.patch(Samples.id(number), .object([("dnssec", .bool(true))])))
    }
    let wait = try #require(try keys()?.rollovers.first).until.seconds - now.seconds
    #expect(wait > 86_000)
    let (year, later) = (Int64(366 * 86_400), now.seconds + 366 * 86_400 + 100)
    #expect(try settle(reading(later, after: 100)) == year)
    for number in 1...5 {
      let rollover = try #require(try keys(number)?.rollovers.first)
      #expect(rollover.phase == .publish && rollover.until.seconds - later == wait - 100)
      #expect(try store.keysDue(Samples.id(number)) == rollover.until)
    }
    #expect(try !store.hasDueKeys(WallTime(seconds: later)))
    #expect(try settle(reading(now.seconds + 200, after: 200)) == -year)
    for number in 1...5 {
      let rollover = try #require(try keys(number)?.rollovers.first)
      #expect(rollover.since.seconds == now.seconds + 200)
      #expect(rollover.until.seconds - rollover.since.seconds == wait)
      #expect(try store.keysDue(Samples.id(number)) == rollover.until)
    }
    #expect(try settle(reading(now.seconds + 300, after: 300)) == nil)
  }

  @Test("a key that an earlier version stored begins its life when it is first seen")
  func earlier() throws {
    var zone = Self.zone()
    zone.signingPolicy.kskDays = 100
    zone.signingPolicy.checksParent = false
    try apply(.put(zone))
    let id = zone.id
    let key = try #require(try keys()?.onlyKey)
    try store.environment.write { (change) throws(StorageError) in
      var record = RecordWriter(format: ZoneRecord.format)
      record.write(2, key.privateKey + key.publicKey)
      try change.put(record.bytes, at: ZoneKeys.key(id), in: store.tables.keys)
      var cursor = try change.cursor(over: store.tables.keySteps)
      var rows: [[UInt8]] = []
      while try cursor.next() { rows.append(cursor.keyCopy()) }
      for row in rows { try change.remove(row, in: store.tables.keySteps) }
      try change.remove(ZoneKeys.key(id), in: store.tables.keysDue)
    }
    #expect(try keys()?.members.first?.created.seconds == 0)
    #expect(try settle(ClockReading(wall: now, sinceBoot: 1, boot: [1])) == 0)
    let member = try #require(try keys()?.members.first)
    #expect(member.key == key && member.created == now && member.active == now)
    let due = try #require(try store.keysDue(id)).seconds - now.seconds
    #expect((87 * 86_400...100 * 86_400).contains(due))
  }

  // MARK: - Questions

  @Test("only what is asked counts, and who has no room comes again soon")
  func room() throws {
    for number in 1...6 { try apply(.put(Self.zone(number))) }
    var time = now
    func due(_ number: Int) throws -> Int64 {
      try store.keysDue(Samples.id(number))?.seconds ?? 0
    }
    // First keys are asked for every 6 to 12 hours; then their rollovers soon.
    for number in 1...6 {
      let key = try #require(try keys(number)?.members.first?.key)
      let apex = try DomainName("zone-\(number).example")
      let delegation = try #require(key.delegation(of: apex))
      _ = try store.observe(.delegations([delegation]), of: Samples.id(number), now: time)
      try apply(.keys(Samples.id(number), .roll(.combined)))
    }
    time = WallTime(seconds: time.seconds + 8 * 3_600)
    let steps = try store.takeDueKeys(time, limit: 64).map(\.id)
    _ = store.advanceKeys(of: steps, now: time)
    time = WallTime(seconds: time.seconds + 60)
    var asked: Set<ZoneID> = []
    for _ in 0..<6 {
      let works = try store.takeDueKeys(time, limit: 64, questions: 2)
      #expect(works.count <= 2 && works.allSatisfy(\.asksParent))
      let isNew = works.filter { !asked.contains($0.id) }
      asked.formUnion(works.map(\.id))
      // Who was not asked has lost nothing.
      for number in 1...6 where !asked.contains(Samples.id(number)) {
        #expect(try due(number) == time.seconds + ZonesLimits.keyRetrySeconds)
      }
      // Who was asked for the first time waits for twice as long as at first, less what is its own.
      for work in isNew {
        let pause = (try store.keysDue(work.id)?.seconds ?? 0) - time.seconds
        #expect((60...120).contains(pause))
      }
      time = WallTime(seconds: time.seconds + ZonesLimits.keyRetrySeconds)
    }
    #expect(asked.count == 6)
  }
}

extension ZoneConfiguration {
  fileprivate var unsigned: ZoneConfiguration {
    var copy = self
    copy.isSigned = false
    return copy
  }
}

extension KeySet {
  /// Bytes of a set that says more of its keys than this version knows.
  fileprivate var damagedBytes: [UInt8] {
    var record = RecordWriter(format: 1)
    ZoneRecord.write(self, &record)
    return Array(record.bytes.dropFirst().dropLast())
  }
}
