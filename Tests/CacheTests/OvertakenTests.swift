// Answers that are slower than an invalidation.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite("Answers overtaken by invalidations")
struct OvertakenTests {
  static let fresh = ("Cache-Control", "max-age=6000")

  enum Invalidation: CaseIterable { case post, purge, everything }

  private static func invalidate(_ way: Invalidation, _ cache: TestCache, on lane: Lane) async {
    switch way {
    case .post: _ = await cache.send("POST", "/", on: lane)
    case .purge:
      cache.purge([cache.url("/")])
    case .everything: cache.purge()
    }
  }

  /// A request that `gate` holds at the origin, an invalidation, then the answer: the client gets it, and
  /// nobody else. The origin answers with the number of the fetch.
  private static func overtake(
    _ method: String, with way: Invalidation, _ cache: TestCache, _ origin: TestOrigin,
    _ gate: Gate,
    on lane: Lane
  ) async {
    let number = origin.count
    let slow = TestClient(method, "/", on: lane)
    slow.begin(cache.stage(on: lane))
    await lane.wait { origin.count == number + 1 }
    await invalidate(way, cache, on: lane)
    gate.open()
    await lane.wait { slow.isDone }
    #expect(slow.reply.text == "\(number)" && slow.reply.isComplete)
    #expect(await cache.send(on: lane).text != "\(number)")
  }

  @Test(
    "a passed GET that was answered after an invalidation is not stored",
    arguments: Invalidation.allCases, [false, true])
  func passedGET(_ way: Invalidation, _ hasParts: Bool) async {
    let gate = Gate()
    let origin = TestOrigin { (fetch, number) throws(Failure) in
      if fetch.request.method == .post { return Answer(status: 204).fetched() }
      // The key's responses can't be shared: later requests pass.
      if number == 0 { return Answer(fields: [("Cache-Control", "private")], body: "0").fetched() }
      if number == 1 { try await gate.pass(fetch.parker) }
      return Answer(fields: [Self.fresh], body: "\(number)").fetched()
    }
    let cache = TestCache(origin)
    if hasParts { cache.configuration.settings.key.fields = ["X-A"] }
    await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      await Self.overtake("GET", with: way, cache, origin, gate, on: lane)
    }
  }

  @Test(
    "the answer to a POST that came after another invalidation is not stored",
    arguments: Invalidation.allCases, [false, true])
  func passedPOST(_ way: Invalidation, _ hasParts: Bool) async {
    let gate = Gate()
    let origin = TestOrigin { (fetch, number) throws(Failure) in
      if number == 0 { try await gate.pass(fetch.parker) }
      if number > 0, fetch.request.method == .post { return Answer(status: 204).fetched() }
      return Answer(fields: [Self.fresh, ("Content-Location", "/")], body: "\(number)").fetched()
    }
    let cache = TestCache(origin)
    if hasParts { cache.configuration.settings.key.fields = ["X-A"] }
    await SharedLoops.run { lane in
      await Self.overtake("POST", with: way, cache, origin, gate, on: lane)
    }
  }

  @Test(
    "what a target has under keys with fields, cookies and parts of its query is invalidated whole",
    arguments: ["POST", "purge"], [1, 2])
  func customKeys(_ way: String, _ loops: Int) async {
    let origin = TestOrigin { (_, number) throws(Failure) in
      Answer(fields: [Self.fresh], body: "\(number)").fetched()
    }
    let cache = TestCache(origin, loops: loops)
    cache.configuration.settings.key.fields = ["X-A"]
    cache.configuration.settings.key.cookies = ["group"]
    cache.configuration.settings.key.query = .except
    cache.configuration.settings.key.queryNames = ["utm_*"]
    let asked = [("X-A", "1"), ("X-A", "2"), ("Cookie", "group=b")]
    let outcomes = await SharedLoops.run { lane in
      for field in asked { _ = await cache.send("GET", "/a?n=1", [field], on: lane) }
      _ = await cache.send("GET", "/b", on: lane)
      let before = origin.count
      for field in asked { _ = await cache.send("GET", "/a?utm_x=1&n=1", [field], on: lane) }
      #expect(origin.count == before)
      if way == "POST" {
        _ = await cache.send("POST", "/a?n=1&utm_x=2", on: lane)
      } else {
        cache.purge([cache.url("/a?utm_y=1&n=1")])
      }
      var outcomes: [String] = []
      for field in asked {
        outcomes.append("\(await cache.send("GET", "/a?n=1", [field], on: lane).outcome)")
      }
      outcomes.append("\(await cache.send("GET", "/b", on: lane).outcome)")
      for field in asked {
        outcomes.append("\(await cache.send("GET", "/a?n=1", [field], on: lane).outcome)")
      }
      return outcomes
    }
    #expect(outcomes == ["miss", "miss", "miss", "hit", "hit", "hit", "hit"])
  }

  @Test("a purge takes the parts of the query away that do not count")
  func shortenedQuery() async {
    let origin = TestOrigin { (_, number) throws(Failure) in
      Answer(fields: [Self.fresh], body: "\(number)").fetched()
    }
    let cache = TestCache(origin)
    cache.configuration.settings.key.query = .none
    await SharedLoops.run { lane in
      _ = await cache.send("GET", "/a?x=1", on: lane)
      cache.purge([cache.url("/a?y=2")])
      #expect(await cache.send("GET", "/a?x=1", on: lane).outcome == .miss)
    }
  }

  @Test("a body that moves into a file keeps what is known of the origin's failure")
  func movedBody() async {
    let text = String(repeating: "large", count: 20_000)
    let cache = TestCache(TestOrigin([Answer(fields: [Self.fresh], body: text)]))
    await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      let shard = cache.group.shards[0]
      cache.stage(on: lane).writeKey(
        of: TestClient("GET", "/", on: lane).exchange.request, CachePolicy(CacheSettings()))
      let key = shard.key
      let hash = shard.hash.hash(key.span)
      let stored = shard.find(hash, key, FieldBlock())
      stored?.noteFailure(.unreachable, until: .never)
      for _ in 0..<4 { if let stored { shard.noteUse(of: stored) } }
      await lane.wait { shard.find(hash, key, FieldBlock())?.body.isInFile == true }
      let moved = shard.find(hash, key, FieldBlock())
      #expect(moved !== stored && moved?.failing(at: shard.now) == .unreachable)
      #expect(moved?.heat == 3)
    }
  }
}
