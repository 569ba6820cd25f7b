// Signatures: when they are made, how long they are good, and what they may take.

import DNS
import Primitives
import Runtime
import TLS
import Testing

@testable import NameService

@Suite("Signing", .serialized)
struct SigningTests {
  static let key = ZoneKey.generate()

  private static func signer(_ budget: SigningBudget = SigningBudget()) -> ZoneSigner? {
    guard let key, let apex = try? DomainName("z.test"),
      let signing = ZoneSigning(SigningPlan(key), apex: apex)
    else { return nil }
    return ZoneSigner(
      signing, hasher: KeyedHash(key0: 1, key1: 2), budget: budget, memory: SignatureMemory())
  }

  private static let contents: [UInt8] = [0, 4, 192, 0, 2, 1]

  @Test("a signature is made once a day, and good for a week whenever it is given out")
  func lifetime() throws {
    let budget = SigningBudget()
    let signer = try #require(Self.signer(budget))
    let owner = Messages.wire("www.z.test")
    let subject = ZoneSigner.Subject(type: .a, ttl: 300)
    let start: UInt32 = 1_900_000_000
    var before = signer.record
    for hour in 0..<240 as Range<UInt32> {
      budget.begin()
      signer.seconds = start + hour * 3_600
      #expect(signer.sign(owner.span, subject, Self.contents.span) == .done)
      let record = signer.record
      let (expiration, inception) = (
        Self.number(record, at: 10), Self.number(record, at: 14)
      )
      #expect(inception <= signer.seconds - 3_600 && expiration >= signer.seconds + 8 * 86_400)
      #expect(hour == 0 || record == before || hour > 0 && signer.madeCount > 1)
      before = record
    }
    #expect((10...11).contains(signer.madeCount))
  }

  private static func number(_ bytes: [UInt8], at offset: Int) -> UInt32 {
    bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
  }

  @Test("what differs in owner, type, TTL or contents has signatures of its own")
  func subjects() throws {
    let budget = SigningBudget()
    let signer = try #require(Self.signer(budget))
    let cases: [(String, RecordType, UInt32, [UInt8])] = [
      ("a.z.test", .a, 300, Self.contents), ("b.z.test", .a, 300, Self.contents),
      ("a.z.test", RecordType(rawValue: 65_280), 300, Self.contents),
      ("a.z.test", .a, 301, Self.contents),
      ("a.z.test", .a, 300, [0, 4, 192, 0, 2, 2]),
    ]
    for round in 0..<2 {
      for one in cases {
        budget.begin()
        let owner = Messages.wire(one.0)
        #expect(
          signer.sign(owner.span, .init(type: one.1, ttl: one.2), one.3.span) == .done)
      }
      #expect(signer.madeCount == 5, "round \(round)")
    }
  }

  @Test("a turn makes few signatures, and the rest later")
  func budget() throws {
    let budget = SigningBudget()
    let signer = try #require(Self.signer(budget))
    budget.begin()
    var outcomes: [ZoneSigner.Outcome] = []
    for number in 0..<5 {
      let owner = Messages.wire("n\(number).z.test")
      outcomes.append(signer.sign(owner.span, .init(type: .a, ttl: 1), Self.contents.span))
    }
    #expect(outcomes == [.done, .done, .done, .done, .later])
    budget.begin(round: Instant(nanoseconds: 5))
    let owner = Messages.wire("n4.z.test")
    #expect(signer.sign(owner.span, .init(type: .a, ttl: 1), Self.contents.span) == .done)
  }

  @Test("names that are made up do not push out the zone's own signatures, and take little")
  func flood() throws {
    let memory = SignatureMemory()
    let lasting = SignatureCache(limit: 1 << 16, memory: memory)
    let passing = SignatureCache(limit: 1 << 14, memory: memory)
    let bytes = [UInt8](repeating: 7, count: 64)
    var generator = SplitMix64(seed: 5)
    lasting.insert(11, period: 1, from: bytes)
    for _ in 0..<100_000 { passing.insert(generator.next() | 1, period: 1, from: bytes) }
    #expect(lasting.find(11, period: 1) != nil)
    #expect(passing.count <= 1 << 14)
    #expect(memory.used <= ((1 << 14) + 16) * SignatureCache.entryBytes)
  }

  @Test("what a zone that changes all the time had before takes no room, and what it keeps is kept")
  func changes() {
    let memory = SignatureMemory()
    let cache = SignatureCache(limit: 1 << 16, memory: memory)
    let bytes = [UInt8](repeating: 7, count: 64)
    var generator = SplitMix64(seed: 7)
    let kept = (0..<40).map { _ in generator.next() | 1 }
    for hash in kept { cache.insert(hash, period: 1, from: bytes) }
    var lost = 0
    for second in 1...5_000 as ClosedRange<UInt32> {
      cache.zoneChanged(at: 10 * second)
      cache.zoneChanged(at: 10 * second + 1)
      for hash in kept where cache.find(hash, period: 1) == nil {
        lost += 1
        cache.insert(hash, period: 1, from: bytes)
      }
      for _ in 0..<10 { cache.insert(generator.next() | 1, period: 1, from: bytes) }
    }
    // Without it 32,768.
    #expect(cache.count <= 4_096, "\(cache.count)")
    #expect(lost <= 5_000 * 40 / 100, "\(lost) were made again")
  }

  @Test("a zone takes an eighth of what is free, so that a thousand flooded ones leave room")
  func sharing() {
    let memory = SignatureMemory()
    let bytes = [UInt8](repeating: 7, count: 64)
    var generator = SplitMix64(seed: 6)
    var caches: [SignatureCache] = []
    for _ in 0..<40 {
      let cache = SignatureCache(limit: 1 << 20, memory: memory)
      for _ in 0..<20_000 { cache.insert(generator.next() | 1, period: 1, from: bytes) }
      caches.append(cache)
    }
    #expect(memory.used <= NameServiceLimits.signatureBytes)
    #expect((caches.map(\.count).min() ?? 0) >= 1_024)
    caches.removeAll()
    #expect(memory.used == 0)
  }

  @Test("queries for many names of a signed zone are all answered, each name is signed once")
  func answers() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane) else { return "no sockets" }
      defer { test.close() }
      var codes: [Int] = []
      var signatures = 0
      for _ in 0..<2 {
        for number in 0..<60 {
          test.send(
            Messages.query("n\(number).signed.test", .a, payload: 1_232, ttl: [0, 0, 0x80, 0]))
        }
        for reply in await test.replies(60) {
          codes.append(reply.code)
          signatures += reply.sections[1].count { $0.type == .rrsig }
        }
      }
      guard let zone = test.server.zones.zone(Messages.wire("signed.test").span),
        let signer = zone.signer
      else { return "not signed" }
      // Each denial, and the SOA once.
      return "\(Set(codes)) \(signatures) \(signer.madeCount)"
    }
    #expect(outcome == "[0] 240 61")
  }

  @Test("a key does not show itself")
  func secrecy() throws {
    let key = try #require(Self.key)
    var shown = "\(key) \(String(reflecting: key))"
    dump(key, to: &shown)
    #expect(!shown.contains("\(key.privateKey[0]), \(key.privateKey[1])"))
    #expect(key.record.prefix(4) == [1, 1, 3, 13] && key.record.count == 68)
    #expect(ZoneKey(numbers: key.privateKey + key.publicKey) == key)
    #expect(ZoneKey(numbers: key.privateKey) == nil)
  }

  /// A plan of an algorithm rollover: keys of two algorithms, the new ones not in the DNSKEY set yet.
  private static func plan() throws -> SigningPlan {
    let (old, new) = (
      try #require(ZoneKey.generate(.ecdsaP256)), try #require(ZoneKey.generate(.ed25519))
    )
    return SigningPlan([
      .init(key: old, use: .steady(.combined)),
      .init(
        key: new,
        use: KeyUse(isPublished: false, signsKeys: false, signsZone: true, isWanted: false)),
    ])
  }

  @Test("each key that signs makes a signature of its own, and those that sign keys sign keys")
  func several() throws {
    let budget = SigningBudget()
    let apex = try DomainName("z.test")
    let signing = try #require(ZoneSigning(try Self.plan(), apex: apex))
    let memory = SignatureMemory()
    let hasher = KeyedHash(key0: 1, key1: 2)
    let signer = try #require(
      ZoneSigner(signing, hasher: hasher, budget: budget, memory: memory))
    signer.seconds = 1_900_000_000
    let owner = Messages.wire("www.z.test")
    budget.begin()
    #expect(signer.sign(owner.span, .init(type: .a, ttl: 60), Self.contents.span) == .done)
    #expect(Self.algorithms(signer.record) == [13, 15] && signer.madeCount == 2)
    let first = signer.record
    #expect(signer.sign(owner.span, .init(type: .a, ttl: 60), Self.contents.span) == .done)
    #expect(signer.record == first && signer.madeCount == 2)
    let keys = try #require(signing.contents(of: .dnskey))
    budget.begin()
    #expect(
      signer.sign(Messages.wire("z.test").span, .init(type: .dnskey, ttl: 60), keys.span) == .done)
    #expect(Self.algorithms(signer.record) == [13])
    // A step that leaves a key leaves its signatures.
    let rest = SigningPlan(Array(signing.plan.entries.prefix(1)))
    let lesser = try #require(ZoneSigning(rest, apex: apex))
    let later = try #require(
      ZoneSigner(lesser, hasher: hasher, budget: budget, memory: memory, after: signer))
    later.seconds = signer.seconds
    #expect(later.sign(owner.span, .init(type: .a, ttl: 60), Self.contents.span) == .done)
    #expect(Self.algorithms(later.record) == [13] && later.madeCount == 0)
    #expect(first.starts(with: later.record))
  }

  @Test("an answer that needs more signatures than are left waits, with nothing half made")
  func severalAtTheLimit() throws {
    let budget = SigningBudget()
    let signing = try #require(ZoneSigning(try Self.plan(), apex: try DomainName("z.test")))
    let signer = try #require(
      ZoneSigner(
        signing, hasher: KeyedHash(key0: 1, key1: 2), budget: budget, memory: SignatureMemory()))
    budget.begin()
    // An odd number is left.
    #expect(budget.take())
    var outcomes: [ZoneSigner.Outcome] = []
    for name in ["a.z.test", "b.z.test", "b.z.test"] {
      outcomes.append(
        signer.sign(Messages.wire(name).span, .init(type: .a, ttl: 1), Self.contents.span))
    }
    #expect(outcomes == [.done, .later, .later])
    budget.begin()
    #expect(
      signer.sign(Messages.wire("b.z.test").span, .init(type: .a, ttl: 1), Self.contents.span)
        == .done)
    #expect(signer.madeCount == 4 && Self.algorithms(signer.record) == [13, 15])
  }

  @Test("CDS and CDNSKEY say what the zone above is to have: nothing yet, keys, or none any more")
  func childRecords() throws {
    let apex = try DomainName("z.test")
    let key = try #require(Self.key)
    var use = KeyUse.steady(.combined)
    use.isWanted = false
    let early = try #require(ZoneSigning(SigningPlan([.init(key: key, use: use)]), apex: apex))
    #expect(early.types == [.dnskey])
    #expect(early.contents(of: .cds) == nil && early.contents(of: .cdnskey) == nil)
    let steady = try #require(ZoneSigning(SigningPlan(key), apex: apex))
    #expect(steady.types == [.dnskey, .cds, .cdnskey])
    #expect(steady.contents(of: .cdnskey) == steady.contents(of: .dnskey))
    let leaving = try #require(
      ZoneSigning(SigningPlan([.init(key: key, use: use)], isLeaving: true), apex: apex))
    // RFC 8078 section 4: "0 0 0 00" and "0 3 0 AA==".
    #expect(leaving.contents(of: .cds) == [0, 5, 0, 0, 0, 0, 0])
    #expect(leaving.contents(of: .cdnskey) == [0, 5, 0, 0, 3, 0, 0])
  }

  private static func algorithms(_ run: [UInt8]) -> [UInt8] {
    var (algorithms, place): ([UInt8], Int) = ([], 0)
    while place + 2 <= run.count {
      algorithms.append(run[place + 4])
      place += 2 + (Int(run[place]) << 8 | Int(run[place + 1]))
    }
    return algorithms
  }
}
