// Stale responses among many who ask.

import Cache
import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@Suite("Stale responses")
struct StaleTests {
  /// Stored and stale at once.
  static func stale(_ more: String) -> Answer {
    Answer(fields: [("Cache-Control", "max-age=10" + more), ("Age", "20")], body: "old")
  }

  /// Asks until the answer is another one, and lets the validation go on meanwhile.
  static func firstNew(_ cache: TestCache, _ lane: Lane) async -> String {
    let parker = Parker(on: lane)
    for _ in 0..<100_000 {
      let text = await cache.send(on: lane).text
      if text != "old" { return text }
      await parker.yield()
    }
    return "old"
  }

  @Test("while one request validates, all others are answered at once", arguments: [1, 2])
  func revalidating(_ loops: Int) async {
    let gate = Gate()
    let origin = TestOrigin { (fetch, number) throws(Failure) in
      if number == 0 { return Self.stale(", stale-while-revalidate=600").fetched() }
      try await gate.pass(fetch.parker)
      return Answer(fields: [("Cache-Control", "max-age=600")], body: "new").fetched()
    }
    let cache = TestCache(origin, loops: loops)
    await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      for _ in 0..<50 { #expect(await cache.send(on: lane).text == "old") }
      await lane.wait { origin.count == 2 }
      gate.open()
      let text = await Self.firstNew(cache, lane)
      #expect(text == "new" && origin.count == 2)
    }
  }

  /// What a zone says of errors, and whether the stale response answers one.
  static let errors: [(seconds: Int, status: UInt16, isStale: Bool)] = [
    (60, 503, true), (60, 500, true), (60, 404, false), (5, 503, false), (0, 503, false),
  ]

  @Test("the zone says how long what is stale answers for an origin's errors", arguments: errors)
  func zonesWord(_ error: (seconds: Int, status: UInt16, isStale: Bool)) async {
    let origin = TestOrigin { (_, number) throws(Failure) in
      number == 0
        ? Self.stale("").fetched() : Answer(status: error.status, body: "error").fetched()
    }
    let cache = TestCache(origin)
    cache.configuration.settings.stale.ifErrorSeconds = error.seconds
    await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      let first = await cache.send(on: lane)
      let second = await cache.send(on: lane)
      #expect(first.status == (error.isStale ? 200 : error.status))
      guard error.isStale else { return }
      #expect(first["Cache-Status"]?.contains("fwd=stale; fwd-status=\(error.status)") == true)
      // While the origin is known to fail it is not asked, and the client is told all the same.
      #expect(second.text == "old" && origin.count == 2)
      for reply in [first, second] { #expect(reply["Warning"]?.hasPrefix("111 ") == true) }
    }
  }

  @Test("a HEAD that gets a stale response has it validated for GET")
  func headRevalidates() async {
    let origin = TestOrigin { (fetch, number) throws(Failure) in
      #expect(fetch.request.method == .get)
      return number == 0
        ? Self.stale(", stale-while-revalidate=600").fetched()
        : Answer(fields: [("Cache-Control", "max-age=600")], body: "new").fetched()
    }
    let cache = TestCache(origin)
    await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      #expect(await cache.send("HEAD", on: lane).status == 200)
      #expect(await Self.firstNew(cache, lane) == "new")
      #expect(origin.count == 2)
    }
  }

  @Test(
    "what is stale is validated behind, though another variant could not be shared a moment ago",
    arguments: [1, 2])
  func besideUnshareable(_ loops: Int) async {
    let vary = ("Vary", "Accept-Language")
    let origin = TestOrigin { (fetch, number) throws(Failure) in
      if fetch.request.fields.text(.acceptLanguage) == "en" {
        return Answer(fields: [vary, ("Cache-Control", "private")], body: "alone").fetched()
      }
      let control = number == 0 ? "max-age=10, stale-while-revalidate=600" : "max-age=600"
      let age = ("Age", number == 0 ? "20" : "0")
      return Answer(
        fields: [vary, ("Cache-Control", control), age], body: number == 0 ? "old" : "new"
      ).fetched()
    }
    let cache = TestCache(origin, loops: loops)
    let de = [("Accept-Language", "de")]
    await SharedLoops.run { lane in
      _ = await cache.send("GET", "/", de, on: lane)
      #expect(await cache.send("GET", "/", [("Accept-Language", "en")], on: lane).text == "alone")
      #expect(await cache.send("GET", "/", de, on: lane).text == "old")
      await lane.wait { origin.count == 3 }
      let parker = Parker(on: lane)
      var text = "old"
      for _ in 0..<100_000 where text == "old" {
        await parker.yield()
        text = await cache.send("GET", "/", de, on: lane).text
      }
      #expect(text == "new" && origin.count == 3)
    }
  }

  @Test("an origin that can't be reached is not asked again at once", arguments: [1, 2])
  func unreachable(_ loops: Int) async {
    let gate = Gate()
    let origin = TestOrigin { (fetch, number) throws(Failure) in
      if number == 0 { return Self.stale("").fetched() }
      try await gate.pass(fetch.parker)
      throw Failure(.connectionTimeout)
    }
    let cache = TestCache(origin, loops: loops)
    await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      let clients = (0..<50).map { _ in TestClient("GET", "/", on: lane) }
      for client in clients { client.begin(cache.stage(on: lane)) }
      await lane.wait { origin.count == 2 }
      gate.open()
      await lane.wait { clients.allSatisfy { $0.isDone } }
      #expect(clients.allSatisfy { $0.reply.text == "old" && $0.reply.outcome == .stale })
      for _ in 0..<50 { #expect(await cache.send(on: lane).text == "old") }
      #expect(origin.count == 2)
    }
  }

  @Test("what was stale and may not be stored any more is not used again")
  func outdated() async {
    let cache = TestCache(
      TestOrigin([
        Self.stale(", stale-if-error=600"),
        Answer(fields: [("Cache-Control", "no-store")], body: "1"),
        Answer(status: 503, body: "away"),
      ]))
    let replies = await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      return [await cache.send(on: lane), await cache.send(on: lane)]
    }
    #expect(replies.map(\.text) == ["1", "away"])
  }
}
