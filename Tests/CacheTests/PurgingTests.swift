// Purges among requests.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite("Purges")
struct PurgingTests {
  private static func tag(_ text: String) -> PurgeItem {
    .tag(PurgeHash.tag(Array(text.utf8).span))
  }

  /// Answers with the number of the fetch, and the tags that the path ends with.
  private static func origin(_ control: String = "max-age=6000") -> TestOrigin {
    TestOrigin { (fetch, number) throws(Failure) in
      let path = String(decoding: fetch.request.path, as: UTF8.self)
      let tags = path.split(separator: "!").dropFirst().first.map { String($0) } ?? "none"
      return Answer(
        fields: [("Cache-Control", control), ("Cache-Tag", tags)], body: "\(number)"
      ).fetched()
    }
  }

  @Test("each kind voids what it names, on every loop", arguments: [1, 2])
  func kinds(_ loops: Int) async {
    let cache = TestCache(Self.origin(), loops: loops)
    let paths = ["/a/x", "/a/y!red,green", "/b!green", "/b?q=1"]
    let purges: [([PurgeItem], voided: Set<String>)] = [
      ([cache.url("/a/x")], ["/a/x"]), ([cache.url("/b?q=1"), cache.url("/b")], ["/b?q=1"]),
      ([Self.tag("green")], ["/a/y!red,green", "/b!green"]), ([Self.tag("gree")], []),
      ([.prefix(Array("a.example/a/".utf8))], ["/a/x", "/a/y!red,green"]),
      ([.host(PurgeHash.host(Array("a.example".utf8).span))], Set(paths)),
      ([.host(PurgeHash.host(Array("b.example".utf8).span))], []), ([], Set(paths)),
    ]
    for index in 0..<loops {
      await SharedLoops.run(on: index) { lane in
        for (items, voided) in purges {
          for _ in 0..<2 {
            for path in paths { _ = await cache.send("GET", path, loop: index, on: lane) }
          }
          cache.purge(items)
          for path in paths {
            let outcome = await cache.send("GET", path, loop: index, on: lane).outcome
            #expect(outcome == (voided.contains(path) ? .miss : .hit), "\(path) \(items)")
          }
        }
      }
    }
  }

  @Test("all variants, hosts with any port and both schemes of a URL are purged together")
  func variants() async {
    let origin = TestOrigin { (_, number) throws(Failure) in
      Answer(
        fields: [("Cache-Control", "max-age=6000"), ("Vary", "X-A")], body: "\(number)"
      ).fetched()
    }
    let cache = TestCache(origin)
    await SharedLoops.run { lane in
      let asked = [
        ("a.example", "1"), ("a.example", "2"), ("a.example:81", "1"), ("a.example.", "1"),
      ]
      for _ in 0..<2 {
        for (host, field) in asked {
          _ = await cache.send("GET", "/%7eX", [("X-A", field)], host: host, on: lane)
        }
      }
      #expect(origin.count == 4)
      cache.purge([cache.url("/~X")])
      for (host, field) in asked {
        let reply = await cache.send("GET", "/%7eX", [("X-A", field)], host: host, on: lane)
        #expect(reply.outcome == .miss)
      }
    }
  }

  @Test("what was purged softly is used once more while it is validated, and when the origin fails")
  func soft() async {
    let isAway = Gate()
    let origin = TestOrigin { (fetch, number) throws(Failure) in
      if number == 3 { throw Failure(.connectionRefused) }
      if number == 1 { try await isAway.pass(fetch.parker) }
      return Answer(
        fields: [("Cache-Control", "max-age=6000, stale-while-revalidate=60")], body: "\(number)"
      ).fetched()
    }
    let cache = TestCache(origin)
    await SharedLoops.run { lane in
      #expect(await cache.send(on: lane).text == "0")
      cache.purge([cache.url("/")], isSoft: true)
      let stale = await cache.send(on: lane)
      #expect(stale.outcome == .stale && stale.text == "0")
      #expect(stale["cache-status"] == "skerry; hit; ttl=0")
      isAway.open()
      await lane.wait { cache.group.shards[0].flights.count == 0 }
      let fresh = await cache.send(on: lane)
      #expect(fresh.outcome == .hit && fresh.text == "1")
      cache.purge(isSoft: true)
      let again = await cache.send(on: lane)
      #expect(again.outcome == .stale && again.text == "1")
      await lane.wait { cache.group.shards[0].flights.count == 0 }
      cache.purge(isSoft: true)
      // The origin can't be reached: what there is serves.
      #expect(await cache.send(on: lane).text == "2")
      await lane.wait { cache.group.shards[0].flights.count == 0 }
      #expect(await cache.send(on: lane).text == "2")
      cache.purge()
      #expect(await cache.send(on: lane).text == "4")
    }
  }

  @Test("must-revalidate forbids the use of what was purged softly")
  func mustRevalidate() async {
    let cache = TestCache(Self.origin("max-age=6000, must-revalidate"))
    await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      #expect(await cache.send(on: lane).outcome == .hit)
      cache.purge(isSoft: true)
      #expect(await cache.send(on: lane).text == "1")
      #expect(await cache.send(on: lane).outcome == .hit)
    }
  }

  @Test(
    "a fetch that a purge overtakes answers those who came before it, nobody after, and is not stored",
    arguments: [false, true], [1, 2])
  func overtaken(_ byTag: Bool, _ loops: Int) async {
    let gate = Gate()
    let origin = TestOrigin { (fetch, number) throws(Failure) in
      if number == 0 { try await gate.pass(fetch.parker) }
      return Answer(
        fields: [("Cache-Control", "max-age=6000"), ("Surrogate-Key", "red blue")],
        body: "\(number)"
      ).fetched()
    }
    let cache = TestCache(origin, loops: loops)
    await SharedLoops.run { lane in
      let early = (0..<3).map { _ in TestClient("GET", "/", on: lane) }
      for client in early { client.begin(cache.stage(on: lane)) }
      await lane.wait { origin.count == 1 }
      cache.purge(byTag ? [Self.tag("blue")] : [cache.url("/")])
      let late = (0..<3).map { _ in TestClient("GET", "/", on: lane) }
      for client in late { client.begin(cache.stage(on: lane)) }
      // By its tags it is not known to be void before they come.
      if !byTag { await lane.wait { origin.count == 2 } }
      gate.open()
      await lane.wait { (early + late).allSatisfy(\.isDone) }
      for client in early { #expect(client.reply.text == "0") }
      for client in late { #expect(client.reply.text == "1") }
      #expect(origin.count == 2)
      let last = await cache.send(on: lane)
      #expect(last.text == "1" && last.outcome == .hit)
    }
  }

  @Test(
    "who comes after a purge by tag does not wait for a validation from before it",
    arguments: [1, 2])
  func validating(_ loops: Int) async {
    let gate = Gate()
    let origin = TestOrigin { (fetch, number) throws(Failure) in
      if number == 1 { try await gate.pass(fetch.parker) }
      return Answer(
        status: number == 1 ? 304 : 200,
        fields: [("Cache-Control", "max-age=0"), ("Cache-Tag", "blue"), ("ETag", "\"a\"")],
        body: number == 1 ? "" : "\(number)"
      ).fetched()
    }
    let cache = TestCache(origin, loops: loops)
    await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      let early = TestClient("GET", "/", on: lane)
      early.begin(cache.stage(on: lane))
      await lane.wait { origin.count == 2 }
      cache.purge([Self.tag("blue")])
      let late = (0..<9).map { _ in TestClient("GET", "/", on: lane) }
      for client in late { client.begin(cache.stage(on: lane)) }
      await lane.wait { origin.count >= 3 }
      gate.open()
      await lane.wait { (late + [early]).allSatisfy(\.isDone) }
      for client in late { #expect(client.reply.text != "0" && client.reply.isComplete) }
    }
  }

  @Test("a soft purge does not let what was fetched before it take the place of what came after")
  func softOvertaken() async {
    let gate = Gate()
    let origin = TestOrigin { (fetch, number) throws(Failure) in
      if number == 0 { try await gate.pass(fetch.parker) }
      return Answer(
        fields: [("Cache-Control", "max-age=6000, stale-while-revalidate=60")], body: "\(number)"
      ).fetched()
    }
    let cache = TestCache(origin)
    await SharedLoops.run { lane in
      let early = TestClient("GET", "/", on: lane)
      early.begin(cache.stage(on: lane))
      await lane.wait { origin.count == 1 }
      cache.purge([cache.url("/")], isSoft: true)
      #expect(await cache.send(on: lane).text == "1")
      gate.open()
      await lane.wait { early.isDone && cache.group.shards[0].flights.count == 0 }
      #expect(early.reply.text == "0")
      let last = await cache.send(on: lane)
      #expect(last.text == "1" && last.outcome == .hit)
    }
  }

  @Test("a zone's purges come back with it, and judge what was stored before")
  func loaded() async {
    let zone = TestCache(Self.origin()).group.zone(ZoneID(high: 9, low: 9))
    var stored = StoredPurges(
      sequence: 40, floor: StoredPurges.Mark(hard: 10, softTime: WallTime(seconds: 0)))
    let blue = Self.tag("blue").hash
    stored.young = [
      (blue, StoredPurges.Mark(hard: 0, soft: 30, softTime: WallTime(seconds: 1_000)))
    ]
    stored.old = [
      (Self.tag("red").hash, StoredPurges.Mark(hard: 20, softTime: WallTime(seconds: 0)))
    ]
    stored.prefixes = [
      (Array("a.example/p".utf8), StoredPurges.Mark(hard: 40, softTime: WallTime(seconds: 0)))
    ]
    let before = SystemClock.monotonic
    // What is purged while they are read counts as well.
    let green = Self.tag("green")
    zone.apply(
      Purge(items: [green], time: WallTime(seconds: 0)), sequence: 41,
      at: SystemClock.monotonic)
    zone.load(stored, wallTime: WallTime(seconds: 1_001))
    zone.load(StoredPurges(sequence: 50), wallTime: WallTime(seconds: 1_001))
    let key = CacheKey.bytes(
      zone: zone.id, scheme: .http, authority: Array("a.example".utf8), path: Array("/x".utf8))
    #expect(zone.purgeSequence == 41 && zone.isLoaded && zone.keptPurges == 4)
    #expect(zone.verdict(since: 40, key: key, tags: [green.hash]) == .void)
    #expect(zone.verdict(since: 9, key: key, tags: []) == .void)
    #expect(zone.verdict(since: 10, key: key, tags: []) == .current)
    #expect(zone.verdict(since: 19, key: key, tags: [1, Self.tag("red").hash]) == .void)
    #expect(zone.verdict(since: 30, key: key, tags: [blue]) == .current)
    guard case .stale(let instant) = zone.verdict(since: 29, key: key, tags: [blue]) else {
      Issue.record("not stale")
      return
    }
    #expect(instant < before)
    let below = CacheKey.bytes(
      zone: zone.id, scheme: .https, authority: Array("a.example:8".utf8), path: Array("/p/1".utf8))
    #expect(zone.verdict(since: 39, key: below, tags: []) == .void)
    #expect(zone.verdict(since: 40, key: below, tags: []) == .current)
  }

  @Test("after a purge of everything a herd makes one fetch for each key", arguments: [1, 2])
  func herd(_ loops: Int) async {
    let origin = Self.origin()
    let cache = TestCache(origin, loops: loops)
    for index in 0..<loops {
      await SharedLoops.run(on: index) { lane in
        for key in 0..<50 { _ = await cache.send("GET", "/\(key)", loop: index, on: lane) }
      }
    }
    #expect(origin.count == 50)
    cache.purge()
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<loops {
        group.addTask {
          await SharedLoops.run(on: index) { lane in
            let clients = (0..<1_000).map { TestClient("GET", "/\($0 % 50)", on: lane) }
            for client in clients { client.begin(cache.stage(index, on: lane)) }
            await lane.wait { clients.allSatisfy(\.isDone) }
          }
        }
      }
    }
    #expect(origin.count == 100)
  }
}
