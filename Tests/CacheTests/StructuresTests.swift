// Tables, queues and the shard against naive models.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite("Tables and queues")
struct StructuresTests {
  final class Item: Evictable {
    let number: Int
    var heat: UInt8 = 0
    init(_ number: Int) { self.number = number }
    func setHeat(_ heat: UInt8) { self.heat = heat }
  }

  @Test("a table of hashes agrees with a dictionary", arguments: [1, 2, 3] as [UInt64])
  func table(_ seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var table = HashTable<Item>(segments: 2)
    var model: [Int: Item] = [:]
    var isRight = true
    for _ in 0..<20_000 {
      let number = Int.random(in: 0..<300, using: &generator)
      // Few different hashes, so that runs are long and wrap around.
      let hash = UInt64(number % 40) &* 0x0123_4567_89ab_cdef
      if let present = model[number] {
        isRight = isRight && table.first(hash) { $0.number == number } === present
        if Bool.random(using: &generator) {
          isRight = table.remove(present, hash: hash) && isRight
          model[number] = nil
        }
      } else {
        isRight = isRight && table.first(hash) { $0.number == number } == nil
        let item = Item(number)
        table.insert(item, hash: hash)
        model[number] = item
      }
      isRight = isRight && table.count == model.count
    }
    #expect(isRight)
  }

  @Test("what is used twice survives a scan of things used once")
  func scan() {
    var queues = EvictionQueues<Item>()
    let zone = queues.addZone(weight: 1)
    var hot: Set<Int> = []
    func insert(_ number: Int) {
      while queues.bytes + 10 > 10_000 {
        if let victim = queues.evict() { hot.remove(victim.number) }
      }
      let item = Item(number)
      item.heat = number < 500 ? 3 : 0
      _ = queues.insert(item, hash: UInt64(number) << 24, bytes: 10, zone: zone)
      if number < 500 { hot.insert(number) }
    }
    for number in 0..<500 { insert(number) }
    for number in 500..<1400 { insert(number) }
    // A victim is found within a bounded number of steps, hot or not.
    #expect(hot.count >= 500 - 900 / CacheLimits.evictionSteps)
  }

  @Test("a zone's scan takes idle room only: others keep up to their share")
  func shares() {
    var queues = EvictionQueues<Item>()
    let (quiet, scanning, small) = (
      queues.addZone(weight: 1), queues.addZone(weight: 1), queues.addZone(weight: 2)
    )
    func fill(_ zone: Int32, _ count: Int) {
      for number in 0..<count {
        while queues.bytes + 10 > 12_000 { _ = queues.evict() }
        _ = queues.insert(Item(number), hash: UInt64(number) << 24, bytes: 10, zone: zone)
      }
    }
    fill(quiet, 400)
    fill(scanning, 10_000)
    #expect(queues.bytes(of: quiet) == 4_000 && queues.bytes(of: scanning) == 8_000)
    fill(small, 10_000)
    // Bytes by weight 1 : 1 : 2.
    #expect(abs(queues.bytes(of: small) - 6_000) <= 30)
    #expect(abs(queues.bytes(of: quiet) - 3_000) <= 30)
  }

  @Test("a returning key goes to the main queue, by its ghost")
  func ghosts() {
    var ghosts = GhostQueue()
    for number in 1...64 { ghosts.insert(UInt64(number) << 24, limit: 64) }
    let taken = [
      ghosts.take(60 << 24, limit: 64), ghosts.take(60 << 24, limit: 64),
      ghosts.take(1000 << 24, limit: 64), ghosts.take(50 << 24, limit: 4),
    ]
    #expect(taken == [true, false, false, false])
  }

  @Test("what is elsewhere too comes in when it returns, or by its zone's share")
  func worthwhile() {
    var queues = EvictionQueues<Item>()
    let (large, small) = (queues.addZone(weight: 1), queues.addZone(weight: 1))
    for number in 1...100 {
      _ = queues.insert(Item(number), hash: UInt64(number) << 24, bytes: 10, zone: large)
    }
    _ = queues.insert(Item(0), hash: 1 << 40, bytes: 10, zone: small)
    let answers = [500, 501, 500, 502].map { queues.isWorthwhile(UInt64($0) << 24, zone: large) }
    #expect(answers == [false, false, true, false])
    let isItsShare = queues.isWorthwhile(500 << 24, zone: small)
    #expect(isItsShare)
    // It goes to the main queue then, where a scan does not reach it.
    let node = queues.insert(Item(500), hash: 500 << 24, bytes: 10, zone: large)
    let hasGhost = queues.isWorthwhile(500 << 24, zone: large)
    #expect(!hasGhost)
    queues.remove(node)
  }

  @Test(
    "pieces are found by offset whatever was merged and dropped", arguments: [1, 2, 3] as [UInt64])
  func pieces(_ seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var buffer = PieceBuffer()
    var model: [UInt8] = []
    for _ in 0..<2_000 {
      let size = Int.random(in: 1...(Bool.random(using: &generator) ? 3 : 4_000), using: &generator)
      let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
      model += bytes
      buffer.append(Bytes(bytes))
      #expect(buffer.end == model.count)
      let position = Int.random(in: buffer.start...model.count, using: &generator)
      if let piece = buffer.piece(from: position) {
        #expect(piece.array() == Array(model[position..<position + piece.count]))
      } else {
        #expect(position == model.count)
      }
      if Int.random(in: 0..<20, using: &generator) == 0 {
        buffer.drop(before: position)
        #expect(buffer.start <= position)
      }
    }
    #expect(buffer.piece(from: model.count) == nil)
  }

  @Test("a zone that invalidates very much does not keep others' responses from being stored")
  func invalidations() {
    let zones = (1...2).map { CacheZone(id: ZoneID(high: 0, low: $0)) { _ in } }
    var table = InvalidationTable(sets: 4)
    func instant(_ number: UInt64) -> Instant { Instant(nanoseconds: number) }
    table.note(7, of: zones[1], at: instant(5))
    for number in UInt64(0)..<10_000 { table.note(number << 3, of: zones[0], at: instant(10)) }
    #expect(!table.isNoted(7, of: zones[1], since: instant(6)))
    #expect(table.isNoted(7, of: zones[1], since: instant(5)))
    #expect(table.isNoted(99, of: zones[0], since: instant(10)))
    #expect(!table.isNoted(99, of: zones[0], since: instant(11)))
    // What is forgotten of a zone counts for all of its keys.
    for number in UInt64(1)...10 { table.note(7 + number << 3, of: zones[0], at: instant(20)) }
    #expect(table.isNoted(9, of: zones[1], since: instant(5)))
    #expect(!table.isNoted(9, of: zones[1], since: instant(6)))
  }

  @Test("dripped bytes do not become as many pieces")
  func dripped() {
    var buffer = PieceBuffer()
    for _ in 0..<200_000 { buffer.append(Bytes([1])) }
    #expect(buffer.all.count < 24 && buffer.count == 200_000)
  }
}

@Suite("A shard against a naive cache")
struct ShardModelTests {
  /// What the oracle knows of a key: the last body stored under it, if it was not purged.
  private func run(_ seed: UInt64, _ group: CacheGroup) -> Int {
    var generator = SplitMix64(seed: seed)
    let shard = group.shards[0]
    let zones = (1...3).map { group.zone(ZoneID(high: seed, low: UInt64($0))) }
    var oracle: [[UInt8]: UInt64] = [:]
    var hits = 0
    var isRight = true
    for step in 0..<20_000 {
      let zone = zones[min(2, Int.random(in: 0..<6, using: &generator) / 2)]
      let number = Int.random(in: 0..<400, using: &generator)
      let key = CacheKey.bytes(
        zone: zone.id, scheme: .http, authority: [], path: Array("/\(number)".utf8))
      // Few hashes: different keys collide, and only whole keys count.
      let hash = UInt64(number % 50) << 20
      switch Int.random(in: 0..<100, using: &generator) {
      case 0..<40:
        let size = Int.random(in: 0..<3_000, using: &generator)
        let response = makeResponse(zone, hash, key, UInt64(step), size)
        if shard.insert(response) { oracle[key] = UInt64(step) }
      case 40..<95:
        guard let found = shard.find(hash, key, FieldBlock()) else { continue }
        _ = found.heatUp()
        hits += 1
        // Evicted or not, it is never another key's nor an older response.
        let number = found.head.freshness.initialAgeSeconds
        isRight = isRight && found.key == key && number == oracle[key]
      case 95..<99:
        shard.invalidate(hash, key, of: zone)
        oracle[key] = nil
        isRight = isRight && shard.find(hash, key, FieldBlock()) == nil
      default:
        if Int.random(in: 0..<20, using: &generator) == 0 {
          let everything = Purge(isEverything: true, time: WallTime(seconds: 0))
          group.apply(everything, sequence: UInt64(step + 1), to: zone.id)
          oracle = oracle.filter { !$0.key.starts(with: CacheKey.prefix(zone.id)) }
        }
      }
      if step % 500 == 0 { shard.checkInvariants() }
    }
    shard.checkInvariants()
    #expect(isRight)
    return hits
  }

  private func makeResponse(
    _ zone: CacheZone, _ hash: UInt64, _ key: [UInt8], _ number: UInt64, _ size: Int
  ) -> StoredResponse {
    let head = StoredHead(
      status: 200, fields: StoredFields(FieldBlock()),
      freshness: Freshness(
        receivedAt: Instant(nanoseconds: number), initialAgeSeconds: number, lifetimeSeconds: 60),
      noCache: false, forbidsStale: false, isSharedLifetime: false, isImmutable: false,
      staleWhileRevalidate: nil, staleIfError: nil,
      lastModified: nil, selection: VarySelection(), browserSeconds: nil, replaced: nil,
      stripsSetCookie: false)
    return StoredResponse(
      zone: zone, sequence: zone.purgeSequence, hash: hash, key: key, head: head,
      body: StoredBody([Bytes([UInt8](repeating: 1, count: size))]))
  }

  @Test("of variants that match the one that came last answers, whatever their order was")
  func newestVariant() {
    let zone = CacheZone(id: ZoneID(high: 1, low: 1)) { _ in }
    let key = CacheKey.bytes(zone: zone.id, scheme: .http, authority: [0x61], path: [0x2f])
    for order in [[1, 2, 3], [3, 2, 1], [2, 3, 1], [3, 1, 2]] as [[UInt64]] {
      let resource = CachedResource(hash: 1, key: key)
      for number in order {
        resource.insert(.init(response: makeResponse(zone, 1, key, number, 1), node: 0))
      }
      #expect(resource.select(FieldBlock())?.head.freshness.initialAgeSeconds == 3)
      #expect(resource.variants.map(\.response.head.freshness.initialAgeSeconds) == [3, 2, 1])
    }
  }

  @Test("the latest of several soft purges counts, looked at between them or not")
  func softPurges() {
    let zone = CacheZone(id: ZoneID(high: 1, low: 1)) { _ in }
    let key = CacheKey.bytes(zone: zone.id, scheme: .http, authority: [0x61], path: [0x2f])
    let responses = (0..<2).map { _ in makeResponse(zone, 1, key, 1, 1) }
    for number in UInt64(1)...2 {
      zone.apply(
        Purge(isSoft: true, isEverything: true, time: WallTime(seconds: 0)), sequence: number,
        at: Instant(nanoseconds: number))
      #expect(responses[0].isCurrent && responses[0].outdated?.nanoseconds == number)
    }
    #expect(responses[1].isCurrent && responses[1].outdated?.nanoseconds == 2)
  }

  @Test("random puts, gets, purges and evictions", arguments: [1, 2, 3, 4, 5] as [UInt64])
  func model(_ seed: UInt64) async {
    let group = CacheGroup(
      loops: [SharedLoops.loops[0]], ramBytes: 300_000, hash: KeyedHash(key0: 1, key1: 2))
    let hits = await SharedLoops.run { _ in run(seed, group) }
    #expect(hits > 1_000)
    let bytes = (1...3).reduce(0) { $0 + group.zone(ZoneID(high: seed, low: UInt64($1))).bytes }
    #expect(bytes == group.shards[0].storedBytes)
  }
}
