// Memory of what was purged comes back by itself.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite("What gives back memory after purges")
struct PurgeWalkTests {
  private static func tag(_ text: String) -> PurgeItem {
    .tag(PurgeHash.tag(Array(text.utf8).span))
  }

  /// Answers with the tag that the path ends with.
  private static func origin() -> TestOrigin {
    TestOrigin { (fetch, _) throws(Failure) in
      let path = String(decoding: fetch.request.path, as: UTF8.self)
      let tag = path.split(separator: "!").dropFirst().first.map { String($0) } ?? "none"
      return Answer(
        fields: [("Cache-Control", "max-age=6000"), ("Cache-Tag", tag)], body: "body"
      ).fetched()
    }
  }

  @Test(
    "a purge by tag, host, prefix or URL gives back what it voids, and the rest stays and hits",
    arguments: [1, 2])
  func kinds(_ loops: Int) async {
    let cache = TestCache(Self.origin(), loops: loops)
    await SharedLoops.run { lane in
      let (hosts, tenant) = (["a.example", "b.example"], cache.stage(on: lane).tenant)
      let paths = (0..<100).map { "/\($0 % 4)/\($0)!\($0 % 5)" }
      var stored = Set(hosts.flatMap { host in paths.map { host + $0 } })
      for host in hosts {
        for path in paths { _ = await cache.send("GET", path, host: host, on: lane) }
      }
      await lane.wait { tenant.objects == 200 }
      let purges: [(PurgeItem, (String) -> Bool)] = [
        (Self.tag("3"), { $0.hasSuffix("!3") }),
        (.prefix(Array("a.example/1/".utf8)), { $0.hasPrefix("a.example/1/") }),
        (cache.url("/0/4!4"), { $0 == "a.example/0/4!4" }),
        (.host(PurgeHash.host(Array("b.example".utf8).span)), { $0.hasPrefix("b.example") }),
      ]
      for (item, isVoid) in purges {
        let before = tenant.bytes
        stored = stored.filter { !isVoid($0) }
        cache.purge([item])
        await lane.wait { tenant.objects == stored.count }
        #expect(tenant.bytes < before)
      }
      await lane.wait { cache.group.shards.allSatisfy { $0.isAtRest } }
      let fetched = cache.origin.count
      for url in stored.sorted() {
        let path = String(url.dropFirst(9))
        #expect(await cache.send("GET", path, on: lane).outcome == .hit)
      }
      #expect(cache.origin.count == fetched && tenant.objects == stored.count)
    }
  }

  @Test("what was purged softly stays")
  func soft() async {
    let cache = TestCache(Self.origin())
    await SharedLoops.run { lane in
      for number in 0..<100 { _ = await cache.send("GET", "/\(number)!a", on: lane) }
      cache.purge([Self.tag("a")], isSoft: true)
      #expect(cache.group.shards[0].isAtRest)
      cache.purge([cache.url("/7!a")])
      await lane.wait { cache.group.shards[0].isAtRest }
      #expect(cache.stage(on: lane).tenant.objects == 99)
      #expect(cache.group.shards[0].walkedCount == 100)
    }
  }

  @Test("a thousand purges make walks look at a bounded number of responses")
  func bounded() async {
    let cache = TestCache(Self.origin())
    await SharedLoops.run { lane in
      let shard = cache.group.shards[0]
      let begun = SystemClock.monotonic
      for number in 0..<500 { _ = await cache.send("GET", "/\(number)!a", on: lane) }
      for number in 0..<1_000 {
        cache.purge([Self.tag("none-\(number)")])
        _ = await cache.send("GET", "/\(number % 500)!a", on: lane)
      }
      await lane.wait { shard.isAtRest }
      let elapsed = SystemClock.monotonic.nanoseconds(since: begun)
      let allowed = CacheLimits.walkCreditNanoseconds + elapsed / CacheLimits.walkShare
      let most = Int(allowed / CacheLimits.walkLookNanoseconds) + CacheLimits.walkedPerTurn
      // All were looked at after the last purge; once for each purge would be half a million.
      #expect(shard.walkedCount >= 500 && shard.walkedCount <= most)
      #expect(shard.storedCount == 500)
    }
  }

  @Test("a zone pays for the walk after its purge, and has the shard's lane do none of it")
  func charged() async {
    let cache = TestCache(Self.origin())
    await SharedLoops.run { lane in
      let tenant = Lane(loop: lane.loop, name: "tenant")
      let shard = cache.group.shards[0]
      _ = cache.stage(on: tenant)
      for number in 0..<400 { _ = await cache.send("GET", "/\(number)!\(number % 2)", on: lane) }
      let (before, own) = (tenant.ledger, shard.lane.ledger.jobs)
      cache.purge([Self.tag("1")])
      await lane.wait { shard.isAtRest }
      #expect(shard.storedCount == 200)
      let turns = UInt64(400 / CacheLimits.walkedPerTurn)
      #expect(tenant.ledger.jobs >= before.jobs + turns && tenant.ledger.ticks > before.ticks)
      // The message that there was a purge.
      #expect(shard.lane.ledger.jobs == own + 1)
    }
  }

  @Test("where each look takes long a turn has few of them")
  func turns() async {
    let cache = TestCache(Self.origin())
    await SharedLoops.run { lane in
      let tenant = Lane(loop: lane.loop, name: "tenant")
      _ = cache.stage(on: tenant)
      let path = "/" + String(repeating: "x", count: 200)
      for number in 0..<CacheLimits.walkedPerTurn {
        _ = await cache.send("GET", path + "\(number)!a", on: lane)
      }
      let before = tenant.ledger.jobs
      cache.purge((0..<10).map { .prefix(Array("a.example\(path)-\($0)".utf8)) })
      await lane.wait { cache.group.shards[0].isAtRest }
      #expect(tenant.ledger.jobs > before + 3)
      #expect(cache.group.shards[0].walkedCount == CacheLimits.walkedPerTurn)
    }
  }
}

extension CacheShard {
  /// Whether all that purges voided is given back.
  var isAtRest: Bool { awareWalks.withLock { $0.isEmpty } }
}

@Suite("Walks against naive models")
struct PurgeWalkModelTests {
  final class Item: Evictable {
    var heat: UInt8 = 0
    func setHeat(_ heat: UInt8) { self.heat = heat }
  }

  @Test(
    "a walk gives what is there from its beginning to its end once, whatever happens meanwhile",
    arguments: 1...5 as ClosedRange<UInt64>)
  func queues(_ seed: UInt64) {
    var model = QueueModel(seed: seed)
    for _ in 0..<10_000 { model.step() }
    #expect(model.fault == nil && model.walks > 25, "\(model.fault ?? "")")
  }

  /// The objects of two zones beside a list of what a walk through one of them owes.
  private struct QueueModel {
    var random: SplitMix64
    var queues = EvictionQueues<Item>()
    var slots: [Int32] = []
    var present: [(item: Item, node: Int32, zone: Int)] = []
    var owed: Set<ObjectIdentifier> = []
    var hasWalk = false
    var walks = 0
    var fault: String?

    init(seed: UInt64) {
      random = SplitMix64(seed: seed)
      slots = [queues.addZone(weight: 1), queues.addZone(weight: 1)]
    }

    mutating func step() {
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<35: insert()
      case 35..<55: for entry in present.prefix(9) { entry.item.heat = min(3, entry.item.heat + 1) }
      case 55..<75: evict()
      case 75..<80: removeAny()
      case 80: removeZone()
      case 81..<83: begin()
      default: walk()
      }
    }

    private mutating func insert() {
      let zone = Int.random(in: 0..<2, using: &random)
      let item = Item()
      item.heat = UInt8.random(in: 0...3, using: &random)
      let hash = UInt64.random(in: 0..<200, using: &random) << 24
      let node = queues.insert(item, hash: hash, bytes: 10, zone: slots[zone])
      present.append((item, node, zone))
      present.shuffle(using: &random)
    }

    private mutating func evict() {
      guard let item = queues.evict(from: slots[Int.random(in: 0..<2, using: &random)]) else {
        return
      }
      present.removeAll { $0.item === item }
      owed.remove(ObjectIdentifier(item))
    }

    private mutating func removeAny() {
      guard let entry = present.popLast() else { return }
      queues.remove(entry.node)
      owed.remove(ObjectIdentifier(entry.item))
    }

    private mutating func removeZone() {
      guard Int.random(in: 0..<10, using: &random) == 0 else { return }
      for entry in present where entry.zone == 0 { queues.remove(entry.node) }
      present.removeAll { $0.zone == 0 }
      owed = []
      queues.removeZone(slots[0])
      slots[0] = queues.addZone(weight: 1)
    }

    private mutating func begin() {
      guard !queues.isWalking(slots[0]) else { return }
      queues.beginWalk(of: slots[0])
      owed = Set(present.filter { $0.zone == 0 }.map { ObjectIdentifier($0.item) })
      hasWalk = true
    }

    private mutating func walk() {
      guard hasWalk else { return }
      var steps = Int.random(in: 1...6, using: &random)
      while let item = queues.nextOfWalk(of: slots[0], &steps) {
        if owed.remove(ObjectIdentifier(item)) == nil { fault = "given twice, or not asked for" }
        guard Bool.random(using: &random), Bool.random(using: &random),
          let index = present.firstIndex(where: { $0.item === item })
        else { continue }
        queues.remove(present.remove(at: index).node)
      }
      if owed.isEmpty == queues.isWalking(slots[0]) { fault = "\(owed.count) are left" }
      if !queues.isWalking(slots[0]) { (hasWalk, walks) = (false, walks + 1) }
    }
  }

  @Test(
    "after random purges, insertions, evictions and invalidations nothing void is in memory, and all else is",
    arguments: 1...3 as ClosedRange<UInt64>, [300_000, 64 << 20])
  func shard(_ seed: UInt64, _ ramBytes: Int) async {
    let fault = await SharedLoops.run { lane in
      await ShardModel(seed: seed, ramBytes).run(on: lane)
    }
    #expect(fault == nil, "seed \(seed): \(fault ?? "")")
  }

  /// A shard with three zones, and what a cache without bounds would hold. Confined to its loop.
  private final class ShardModel: @unchecked Sendable {
    // Confined to the loop of its shard.
    private var random: SplitMix64
    private let group: CacheGroup
    private let shard: CacheShard
    private let zones: [CacheZone]
    private let evicts: Bool
    private var oracle: [[UInt8]: (response: StoredResponse, tag: UInt64)] = [:]
    private var sequence: UInt64 = 0

    init(seed: UInt64, _ ramBytes: Int) {
      random = SplitMix64(seed: seed)
      group = CacheGroup(
        loops: [SharedLoops.loops[0]], ramBytes: ramBytes, hash: KeyedHash(key0: 1, key1: 2))
      shard = group.shards[0]
      evicts = ramBytes < 1 << 20
      zones = (1...3).map { [group] in group.zone(ZoneID(high: seed, low: UInt64($0))) }
    }

    func run(on lane: Lane) async -> String? {
      let parker = Parker(on: lane)
      for step in 0..<6_000 {
        operate()
        if step % 40 == 0 { await parker.yield() }
        if step % 2_000 == 1_999, let fault = await check(lane) { return fault }
      }
      return nil
    }

    private func operate() {
      let zone = zones[min(2, Int.random(in: 0..<6, using: &random) / 2)]
      let number = Int.random(in: 0..<400, using: &random)
      let key = CacheKey.bytes(
        zone: zone.id, scheme: .http, authority: Array("a".utf8), path: Array("/\(number)".utf8))
      let hash = UInt64(number % 50) << 20
      switch Int.random(in: 0..<200, using: &random) {
      case 0..<120:
        let tag = UInt64.random(in: 0..<8, using: &random)
        let response = Self.response(zone, hash, key, tag, shard.loop.now)
        if shard.insert(response) { oracle[key] = (response, tag) }
      case 120..<190: _ = shard.find(hash, key, FieldBlock())?.heatUp()
      case 190..<194:
        shard.invalidate(hash, key, of: zone)
        oracle[key] = nil
      case 194: purge(zone, []) { _, _ in true }
      default:
        let tag = UInt64.random(in: 0..<8, using: &random)
        purge(zone, [.tag(tag)]) { _, own in own == tag }
      }
    }

    private func purge(
      _ zone: CacheZone, _ items: [PurgeItem], _ isVoid: ([UInt8], UInt64) -> Bool
    ) {
      sequence += 1
      let purge = Purge(isEverything: items.isEmpty, items: items, time: WallTime(seconds: 0))
      group.apply(purge, sequence: sequence, to: zone.id)
      oracle = oracle.filter {
        !$0.key.starts(with: CacheKey.prefix(zone.id)) || !isVoid($0.key, $0.value.tag)
      }
    }

    /// Once no walk is left.
    private func check(_ lane: Lane) async -> String? {
      await lane.wait { self.shard.isAtRest }
      shard.checkInvariants()
      var (fault, found) = (String?.none, 0)
      shard.resources.forEach { resource in
        for variant in resource.variants {
          found += 1
          if oracle[resource.key]?.response !== variant.response { fault = "void, and there" }
        }
      }
      if !evicts, found != oracle.count { fault = "\(found) of \(oracle.count) are there" }
      return fault
    }

    private static func response(
      _ zone: CacheZone, _ hash: UInt64, _ key: [UInt8], _ tag: UInt64, _ now: Instant
    ) -> StoredResponse {
      var head = StoredHead(
        status: 200, fields: StoredFields(FieldBlock()),
        freshness: Freshness(receivedAt: now, initialAgeSeconds: 0, lifetimeSeconds: 60),
        noCache: false, forbidsStale: false, isSharedLifetime: false, isImmutable: false,
        staleWhileRevalidate: nil, staleIfError: nil, lastModified: nil,
        selection: VarySelection(), browserSeconds: nil, replaced: nil, stripsSetCookie: false)
      head.tags = [tag]
      return StoredResponse(
        zone: zone, sequence: zone.purgeSequence, hash: hash, key: key, head: head,
        body: StoredBody([Bytes([UInt8](repeating: 1, count: 500))]))
    }
  }
}

@Suite("What walks may spend")
struct WalkCreditTests {
  private func instant(_ milliseconds: UInt64) -> Instant {
    Instant(nanoseconds: 1 + milliseconds * 1_000_000)
  }

  @Test("responses that stay cost, those that are void earn, and time fills up to a bound")
  func credit() {
    var credit = WalkCredit(at: instant(0))
    #expect(credit.isEnough && credit.fullAt == instant(0))
    credit.spend(elapsed: 10, stayed: 1_000, void: 0)
    #expect(credit.nanoseconds == 1_000_000 && credit.fullAt == instant(2_000))
    // By the clock where looks take longer than that, but what was void is no part of it.
    credit.spend(elapsed: 40_000, stayed: 1, void: 1)
    #expect(credit.nanoseconds == 1_000_000 - 20_000 + 8_000)
    // Who was pre-empted pays for ten turns at most.
    credit.spend(elapsed: 1_000_000_000, stayed: 1, void: 0)
    #expect(credit.nanoseconds == 988_000 - 500_000)
    credit.renew(at: instant(250))
    #expect(credit.nanoseconds == 613_000)
    credit.spend(elapsed: 0, stayed: 1_000, void: 0)
    #expect(!credit.isEnough && credit.nanoseconds == -387_000)
    #expect(credit.enoughAt == instant(250 + 587 * 2))
    credit.renew(at: instant(100_000_000))
    #expect(credit.nanoseconds == 2_000_000)
    credit.spend(elapsed: 0, stayed: 0, void: 1_000)
    #expect(credit.nanoseconds == 2_000_000)
  }

  @Test("a hundred turns a second of responses that stay take half a millisecond of each second")
  func rate() {
    var credit = WalkCredit(at: instant(0))
    var spent: UInt64 = 0
    var now = instant(0)
    while now < instant(10_000) {
      credit.renew(at: now)
      guard credit.isEnough else {
        now = credit.enoughAt
        continue
      }
      credit.spend(elapsed: 50_000, stayed: 64, void: 0)
      spent += 64_000
      now = now.advanced(byNanoseconds: 50_000)
    }
    #expect(spent > 6_700_000 && spent < 7_300_000)
  }
}
