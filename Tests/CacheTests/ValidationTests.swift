// Stale responses, 304, unsafe methods, purges.

import Cache
import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@Suite("Validation and invalidation")
struct ValidationTests {
  /// Stored and stale at once.
  static let stale = Answer(
    fields: [
      ("Cache-Control", "max-age=10"), ("Age", "20"), ("ETag", "\"v1\""),
      ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"), ("X-Kept", "a"), ("X-New", "a"),
    ], body: "stored")

  @Test("a stale response is validated, and a 304 updates its fields")
  func notModified() async {
    let cache = TestCache(
      TestOrigin([
        Self.stale,
        Answer(
          status: 304,
          fields: [
            ("Cache-Control", "max-age=6000"), ("ETag", "\"v1\""), ("X-New", "b"),
            ("Content-Length", "999"),
          ]),
      ]))
    let replies = await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      return [await cache.send(on: lane), await cache.send(on: lane)]
    }
    let asked = cache.origin.requests
    #expect(asked.count == 2)
    #expect(asked[1].fields.text(.ifNoneMatch) == "\"v1\"")
    #expect(asked[1].fields.text(.ifModifiedSince) == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(replies[0].outcome == .revalidated && replies[0].status == 200)
    let status = replies[0]["cache-status"] ?? ""
    #expect(status.hasPrefix("skerry; fwd=stale; fwd-status=304; ttl="))
    #expect(replies[1].outcome == .hit && replies[1]["age"] != nil)
    for reply in replies {
      #expect(reply.text == "stored" && reply["x-kept"] == "a" && reply["x-new"] == "b")
      #expect(reply.contentLength == 6)
    }
  }

  @Test("a 200 to a validation replaces what is stored")
  func replaced() async {
    let cache = TestCache(
      TestOrigin([Self.stale, Answer(fields: [("Cache-Control", "max-age=6000")], body: "new")]))
    let replies = await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      return [await cache.send(on: lane), await cache.send(on: lane)]
    }
    #expect(replies.map(\.text) == ["new", "new"] && cache.origin.count == 2)
    #expect(cache.group.shards[0].storedCount == 1)
  }

  @Test("a 304 about something else makes the request again without conditions")
  func otherValidator() async {
    let cache = TestCache(
      TestOrigin([
        Self.stale, Answer(status: 304, fields: [("ETag", "\"v9\"")]),
        Answer(fields: [("Cache-Control", "max-age=6000")], body: "whole"),
      ]))
    let reply = await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      return await cache.send(on: lane)
    }
    #expect(reply.text == "whole" && cache.origin.count == 3)
    #expect(!cache.origin.requests[2].fields.contains(.ifNoneMatch))
  }

  @Test("a server error to a validation is passed on, and what is stored stays for the next one")
  func serverError() async {
    let cache = TestCache(
      TestOrigin([
        Self.stale, Answer(status: 503, body: "no"),
        Answer(status: 304, fields: [("Cache-Control", "max-age=6000")]),
      ]))
    let replies = await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      return [await cache.send(on: lane), await cache.send(on: lane)]
    }
    #expect(replies.map(\.status) == [503, 200] && replies[1].text == "stored")
  }

  @Test(
    "max-stale gets a stale response, unless that forbids it",
    arguments: ["", ", must-revalidate"])
  func maxStale(_ more: String) async {
    let cache = TestCache(
      TestOrigin([
        Answer(
          fields: [("Cache-Control", "max-age=10" + more), ("Age", "20"), ("ETag", "\"1\"")],
          body: "x")
      ]))
    let reply = await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      return await cache.send("GET", "/", [("Cache-Control", "max-stale=6000")], on: lane)
    }
    #expect(cache.origin.count == (more.isEmpty ? 1 : 2))
    #expect(reply.outcome == (more.isEmpty ? .stale : .miss))
  }

  @Test("no-cache is validated on every use")
  func noCache() async {
    let cache = TestCache(
      TestOrigin([
        Answer(fields: [("Cache-Control", "no-cache, max-age=60"), ("ETag", "\"1\"")], body: "x"),
        Answer(status: 304),
      ]))
    let replies = await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      return [await cache.send(on: lane), await cache.send(on: lane)]
    }
    #expect(replies.allSatisfy { $0.outcome == .revalidated && $0.text == "x" })
    #expect(cache.origin.count == 3)
  }

  @Test("many requests for a stale response make one validation")
  func collapsed() async {
    let gate = Gate()
    let origin = TestOrigin { (fetch, number) throws(Failure) in
      if number == 0 { return Self.stale.fetched() }
      try await gate.pass(fetch.parker)
      return Answer(status: 304, fields: [("Cache-Control", "max-age=6000")]).fetched()
    }
    let cache = TestCache(origin)
    await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      let clients = (0..<50).map { _ in TestClient("GET", "/", on: lane) }
      for client in clients { client.begin(cache.stage(on: lane)) }
      await lane.wait { origin.count == 2 }
      gate.open()
      await lane.wait { clients.allSatisfy { $0.isDone } }
      #expect(clients.allSatisfy { $0.reply.text == "stored" && $0.reply.isComplete })
      #expect(clients.filter { $0.reply.outcome == .revalidated }.count == 1)
    }
    #expect(origin.count == 2)
  }

  @Test("the answer to HEAD freshens a stale response or shows that it is outdated")
  func headFreshens() async {
    for (tag, fetches) in [("\"v1\"", 2), ("\"v2\"", 3)] {
      let origin = TestOrigin { (fetch, number) throws(Failure) in
        if number == 0 { return Self.stale.fetched() }
        let answer = Answer(fields: [("Cache-Control", "max-age=6000"), ("ETag", tag)])
        return FetchedResponse(
          head: answer.head(), body: fetch.request.method == .head ? .none : .bytes(Bytes([1])),
          contentLength: fetch.request.method == .head ? 6 : 1)
      }
      let cache = TestCache(origin)
      let replies = await SharedLoops.run { lane in
        _ = await cache.send(on: lane)
        return [await cache.send("HEAD", on: lane), await cache.send(on: lane)]
      }
      #expect(origin.count == fetches)
      #expect(replies[1].outcome == (fetches == 2 ? .hit : .miss))
    }
  }

  @Test(
    "unsafe methods invalidate when they succeed",
    arguments: [("POST", 200, 2), ("PUT", 204, 2), ("M-SEARCH", 302, 2), ("DELETE", 500, 1)]
      as [(String, UInt16, Int)], [1, 2])
  func unsafeMethods(_ given: (String, UInt16, Int), _ loops: Int) async {
    let origin = TestOrigin { (fetch, _) throws(Failure) in
      if fetch.request.method == .get {
        return Answer(fields: [("Cache-Control", "max-age=6000")], body: "x").fetched()
      }
      return Answer(status: given.1, fields: [("Location", "/other")]).fetched()
    }
    let cache = TestCache(origin, loops: loops)
    let fetches = await SharedLoops.run { lane in
      for path in ["/", "/other", "/third"] { _ = await cache.send("GET", path, on: lane) }
      let before = origin.count
      _ = await cache.send(given.0, "/", on: lane)
      for path in ["/", "/other", "/third"] { _ = await cache.send("GET", path, on: lane) }
      return origin.count - before - 1
    }
    #expect(fetches == (given.2 == 2 ? 2 : 0))
  }

  @Test("what was fetched before an invalidation is not stored after it")
  func invalidatedOnTheWay() async {
    let gate = Gate()
    let origin = TestOrigin { (fetch, number) throws(Failure) in
      if number == 0 { try await gate.pass(fetch.parker) }
      return Answer(fields: [("Cache-Control", "max-age=6000")], body: "\(number)").fetched()
    }
    let cache = TestCache(origin)
    await SharedLoops.run { lane in
      let early = TestClient("GET", "/", on: lane)
      early.begin(cache.stage(on: lane))
      await lane.wait { origin.count == 1 }
      _ = await cache.send("POST", "/", on: lane)
      // A later request does not wait for what began before.
      #expect(await cache.send(on: lane).text == "2")
      gate.open()
      await lane.wait { early.isDone }
      #expect(early.reply.text == "0")
      #expect(await cache.send(on: lane).text == "2")
    }
  }

  @Test(
    "purging a URL and purging everything void at once, and memory is reclaimed", arguments: [1, 2])
  func purge(_ loops: Int) async {
    let origin = TestOrigin { (_, number) throws(Failure) in
      Answer(fields: [("Cache-Control", "max-age=6000")], body: "\(number)").fetched()
    }
    let cache = TestCache(origin, loops: loops)
    await SharedLoops.run { lane in
      for index in 0..<500 { _ = await cache.send("GET", "/\(index)", on: lane) }
      let tenant = cache.stage(on: lane).tenant
      await lane.wait { tenant.objects == 500 }
      cache.purge([cache.url("/7")])
      #expect(await cache.send("GET", "/7", on: lane).text == "500")
      #expect(await cache.send("GET", "/8", on: lane).outcome == .hit)
      cache.purge()
      #expect(await cache.send("GET", "/8", on: lane).outcome == .miss)
      await lane.wait { tenant.objects == 1 }
      #expect(tenant.bytes == cache.group.shards.reduce(0) { $0 + $1.storedBytes })
    }
  }
}
