// What stored responses answer: hits, HEAD, ranges, conditions, variants.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite("Reuse of stored responses")
struct ReuseTests {
  @Test("a fresh response answers the second request from memory, with Age and Cache-Status")
  func hit() async {
    let origin = TestOrigin([Answer(fields: [("Cache-Control", "max-age=6000")], body: "hello")])
    let cache = TestCache(origin)
    let (first, second) = await SharedLoops.run { lane in
      (await cache.send(on: lane), await cache.send(on: lane))
    }
    #expect(first.outcome == .miss && first.text == "hello" && first.isComplete)
    #expect(first["cache-status"]?.hasPrefix("skerry; fwd=uri-miss; stored; ttl=") ?? false)
    #expect(first["age"] == nil)
    #expect(second.outcome == .hit && second.text == "hello" && second.contentLength == 5)
    #expect(second["cache-status"]?.hasPrefix("skerry; hit; ttl=") ?? false)
    #expect(second["age"] != nil && second["date"] != nil)
    #expect(origin.count == 1)
  }

  @Test("a large body that is asked for often moves to where it is sent from without a copy")
  func largeBody() async {
    let text = String(repeating: "large and hot ", count: 10_000)
    let origin = TestOrigin([Answer(fields: [("Cache-Control", "max-age=6000")], body: text)])
    let cache = TestCache(origin)
    let (replies, part) = await SharedLoops.run { lane in
      var replies = [await cache.send(on: lane), await cache.send(on: lane)]
      for _ in 0..<1000 where !replies[replies.count - 1].isInFile {
        replies.append(await cache.send(on: lane))
        _ = await Parker(on: lane).park(until: SystemClock.monotonic + .milliseconds(1))
      }
      return (replies, await cache.send("GET", "/", [("Range", "bytes=6-13")], on: lane))
    }
    #expect(replies.allSatisfy { $0.text == text && $0.isComplete })
    #expect(!replies[1].isInFile && replies.last?.isInFile == true)
    #expect(part.status == 206 && part.text == "and hot ")
    #expect(origin.count == 1)
    #expect(cache.group.shards[0].storedCount == 1)
  }

  @Test("HEAD is answered from a stored response to GET, without a body")
  func head() async {
    let origin = TestOrigin([Answer(fields: [("Cache-Control", "max-age=6000")], body: "hello")])
    let cache = TestCache(origin)
    let reply = await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      return await cache.send("HEAD", on: lane)
    }
    #expect(reply.status == 200 && reply.body.isEmpty && reply.contentLength == 5)
    #expect(origin.count == 1)
  }

  @Test("hosts, schemes, targets and zones do not share responses")
  func keys() async {
    let origin = TestOrigin { (fetch, _) throws(Failure) in
      let body = String(decoding: fetch.request.authority + fetch.request.path, as: UTF8.self)
      return Answer(fields: [("Cache-Control", "max-age=6000")], body: body).fetched()
    }
    let cache = TestCache(origin)
    let replies = await SharedLoops.run { lane in
      [
        await cache.send("GET", "/a", on: lane), await cache.send("GET", "/a?", on: lane),
        await cache.send("GET", "/a", host: "b.example", on: lane),
        await cache.send("GET", "/a", on: lane),
      ]
    }
    #expect(replies.map(\.text) == ["a.example/a", "a.example/a?", "b.example/a", "a.example/a"])
    #expect(origin.count == 3)
  }

  @Test(
    "ranges of a complete response",
    arguments: [
      ("bytes=0-1", 206, "he", "bytes 0-1/5"), ("bytes=3-", 206, "lo", "bytes 3-4/5"),
      ("bytes=-2", 206, "lo", "bytes 3-4/5"), ("bytes=9-", 416, "", "bytes */5"),
      ("bytes=2-1", 200, "hello", nil), ("lines=1-2", 200, "hello", nil),
    ] as [(String, UInt16, String, String?)])
  func ranges(_ range: String, _ status: UInt16, _ body: String, _ contentRange: String?) async {
    let origin = TestOrigin([Answer(fields: [("Cache-Control", "max-age=6000")], body: "hello")])
    let cache = TestCache(origin)
    let reply = await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      return await cache.send("GET", "/", [("Range", range)], on: lane)
    }
    #expect(reply.status == status && reply.text == body)
    #expect(reply["content-range"] == contentRange)
    #expect(reply.contentLength == UInt64(body.utf8.count))
    #expect(origin.count == 1)
  }

  @Test("several ranges come as multipart/byteranges")
  func multipart() async {
    let text = String(repeating: "0123456789", count: 100)
    let origin = TestOrigin([
      Answer(fields: [("Cache-Control", "max-age=6000"), ("Content-Type", "text/x")], body: text)
    ])
    let cache = TestCache(origin)
    let reply = await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      return await cache.send("GET", "/", [("Range", "bytes=0-1,500-502")], on: lane)
    }
    #expect(reply.status == 206)
    #expect(reply["content-type"]?.hasPrefix("multipart/byteranges; boundary=") ?? false)
    #expect(
      reply.text.contains("Content-Type: text/x\r\nContent-Range: bytes 0-1/1000\r\n\r\n01\r\n"))
    #expect(reply.text.contains("Content-Range: bytes 500-502/1000\r\n\r\n012\r\n"))
    #expect(reply.contentLength == UInt64(reply.body.count))
    #expect(reply.fields.filter { $0.name.lowercased() == "content-type" }.count == 1)
  }

  @Test("a part has the whole's Repr-Digest, and not its Content-Digest (RFC 9530)")
  func digests() async {
    let origin = TestOrigin([
      Answer(
        fields: [
          ("Cache-Control", "max-age=6000"), ("Content-Digest", "sha-256=:of the whole:"),
          ("Repr-Digest", "sha-256=:of the whole:"),
        ], body: "hello")
    ])
    let cache = TestCache(origin)
    let (parts, whole) = await SharedLoops.run { lane in
      var parts: [Reply] = []
      // Cut out of what comes, then of what is stored.
      for range in ["bytes=0-1", "bytes=0-1", "bytes=0-0,4-4"] {
        parts.append(await cache.send("GET", "/", [("Range", range)], on: lane))
      }
      return (parts, await cache.send(on: lane))
    }
    #expect(parts.map(\.status) == [206, 206, 206])
    #expect(parts.allSatisfy { $0["content-digest"] == nil && $0["repr-digest"] != nil })
    #expect(whole["content-digest"] == "sha-256=:of the whole:")
    #expect(origin.count == 1)
  }

  @Test(
    "If-Range of another representation gets everything",
    arguments: [("\"v1\"", 206), ("\"v2\"", 200), ("W/\"v1\"", 200)] as [(String, UInt16)])
  func ifRange(_ tag: String, _ status: UInt16) async {
    let origin = TestOrigin([
      Answer(fields: [("Cache-Control", "max-age=6000"), ("ETag", "\"v1\"")], body: "hello")
    ])
    let cache = TestCache(origin)
    let reply = await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      return await cache.send("GET", "/", [("Range", "bytes=0-0"), ("If-Range", tag)], on: lane)
    }
    #expect(reply.status == status)
  }

  @Test(
    "conditional requests are answered by 304 when the client has the response",
    arguments: [
      ([("If-None-Match", "\"v1\"")], 304), ([("If-None-Match", "W/\"v1\"")], 304),
      ([("If-None-Match", "\"x\", \"v1\"")], 304), ([("If-None-Match", "*")], 304),
      ([("If-None-Match", "\"v2\"")], 200),
      ([("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")], 304),
      ([("If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT")], 200),
      // If-None-Match goes first (RFC 9110 section 13.2.2).
      (
        [("If-None-Match", "\"v2\""), ("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")],
        200
      ),
    ] as [([(String, String)], UInt16)])
  func conditional(_ fields: [(String, String)], _ status: UInt16) async {
    let answer = Answer(
      fields: [
        ("Cache-Control", "max-age=6000"), ("ETag", "\"v1\""), ("Content-Type", "text/plain"),
        ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"),
      ], body: "hello")
    let cache = TestCache(TestOrigin([answer]))
    let (stored, fresh) = await SharedLoops.run { lane in
      let fresh = await cache.send("GET", "/", fields, on: lane)
      return (await cache.send("GET", "/", fields, on: lane), fresh)
    }
    for reply in [stored, fresh] {
      #expect(reply.status == status)
      #expect(reply["etag"] == "\"v1\"" && reply["cache-control"] == "max-age=6000")
      #expect(reply.text == (status == 304 ? "" : "hello"))
    }
    #expect(stored.outcome == .hit && cache.origin.count == 1)
  }

  @Test(
    "request directives",
    arguments: [
      ("no-cache", 2), ("max-age=0", 2), ("max-age=5000", 1), ("min-fresh=6001", 2),
      ("min-fresh=3000", 1),
      ("no-store", 1), ("max-stale", 1),
    ])
  func requestDirectives(_ directive: String, _ fetches: Int) async {
    let cache = TestCache(
      TestOrigin([Answer(fields: [("Cache-Control", "max-age=6000")], body: "x")]))
    let reply = await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      return await cache.send("GET", "/", [("Cache-Control", directive)], on: lane)
    }
    #expect(reply.status == 200 && cache.origin.count == fetches)
  }

  @Test("Pragma counts only without Cache-Control")
  func pragma() async {
    let cache = TestCache(
      TestOrigin([Answer(fields: [("Cache-Control", "max-age=6000")], body: "x")]))
    await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      _ = await cache.send(
        "GET", "/", [("Pragma", "no-cache"), ("Cache-Control", "max-age=900")], on: lane)
      #expect(cache.origin.count == 1)
      _ = await cache.send("GET", "/", [("Pragma", "no-cache")], on: lane)
      #expect(cache.origin.count == 2)
    }
  }

  @Test("only-if-cached is answered by 504 without asking the origin", arguments: [1, 2])
  func onlyIfCached(_ loops: Int) async {
    let cache = TestCache(
      TestOrigin([Answer(fields: [("Cache-Control", "max-age=6000")], body: "x")]), loops: loops)
    let replies = await SharedLoops.run { lane in
      let fields = [("Cache-Control", "only-if-cached")]
      let before = await cache.send("GET", "/", fields, on: lane)
      _ = await cache.send(on: lane)
      return [before, await cache.send("GET", "/", fields, on: lane)]
    }
    #expect(replies.map(\.status) == [504, 200] && cache.origin.count == 1)
  }

  @Test("a hit of another loop's key is answered at once, and sends that loop nothing")
  func frontHits() async {
    let cache = TestCache(
      TestOrigin([Answer(fields: [("Cache-Control", "max-age=6000")], body: "x")]), loops: 2)
    let paths = (0..<20).map { "/\($0)" }
    let owner = cache.group.shards[0]
    /// Messages to the shards of both loops so far.
    func messages() async -> [UInt64] {
      var counts: [UInt64] = []
      for (index, shard) in cache.group.shards.enumerated() {
        counts.append(await SharedLoops.run(on: index) { _ in shard.lane.ledger.jobs })
      }
      return counts
    }
    // Half of them are fetched by each loop.
    for (index, path) in paths.enumerated() {
      await SharedLoops.run(on: index % 2) { lane in
        _ = await cache.send("GET", path, loop: index % 2, on: lane)
      }
    }
    let isHit = await SharedLoops.run(on: 1) { lane in
      var isHit = true
      for path in paths {
        isHit = await cache.send("GET", path, loop: 1, on: lane).outcome == .hit && isHit
      }
      return isHit
    }
    #expect(isHit && cache.origin.count == paths.count)
    let before = await messages()
    let immediate = await SharedLoops.run(on: 1) { lane in
      paths.count { TestClient("GET", $0, on: lane).begin(cache.stage(1, on: lane)) }
    }
    #expect(immediate == paths.count)
    #expect(await messages() == before)
    // Some of them are the other loop's: what was counted is not this loop's own share.
    let owned = await SharedLoops.run { _ in owner.storedCount }
    #expect((1..<paths.count).contains(owned))
  }

  @Test("variants are kept apart by the fields that Vary names")
  func vary() async {
    let origin = TestOrigin { (fetch, _) throws(Failure) in
      let language = fetch.request.fields.text(.acceptLanguage) ?? "none"
      return Answer(
        fields: [("Cache-Control", "max-age=6000"), ("Vary", "Accept-Language")], body: language
      ).fetched()
    }
    let cache = TestCache(origin)
    let replies = await SharedLoops.run { lane in
      var replies: [Reply] = []
      for language in ["en", "de", "en", "DE", "fr"] {
        replies.append(
          await cache.send("GET", "/", [("Accept-Language", language)], on: lane))
      }
      replies.append(await cache.send(on: lane))
      return replies
    }
    #expect(replies.map(\.text) == ["en", "de", "en", "de", "fr", "none"])
    #expect(replies[1]["cache-status"]?.contains("fwd=vary-miss") ?? false)
    #expect(origin.count == 4)
  }

  @Test("of two that match the newest answers, whatever loops they took", arguments: 0...1, 0...1)
  func newest(first: Int, second: Int) async {
    let origin = TestOrigin { (_, number) throws(Failure) in
      Answer(
        fields: [("Cache-Control", "max-age=6000"), ("Vary", number == 0 ? "Accept" : "Cookie")],
        body: "\(number)"
      ).fetched()
    }
    let cache = TestCache(origin, loops: 2)
    @Sendable func ask(_ accept: String, _ loop: Int, until wanted: String) async -> String {
      await SharedLoops.run(on: loop) { lane in
        var text = ""
        // The owner of the key hears of a response by a message.
        for _ in 0..<1_000 where text != wanted {
          text = await cache.send(
            "GET", "/", [("Accept", accept), ("Cookie", "c")], loop: loop, on: lane
          ).text
          await Parker(on: lane).yield()
        }
        return text
      }
    }
    #expect(await ask("a", first, until: "0") == "0")
    #expect(await ask("b", second, until: "1") == "1")
    for loop in 0...1 { #expect(await ask("a", loop, until: "1") == "1") }
    #expect(origin.count == 2)
  }

  @Test("an uncacheable response reaches its client unchanged and is not stored")
  func uncacheable() async {
    let answer = Answer(
      fields: [("Cache-Control", "private"), ("Set-Cookie", "a=1"), ("Age", "5")], body: "mine")
    let cache = TestCache(TestOrigin([answer]))
    let replies = await SharedLoops.run { lane in
      [await cache.send(on: lane), await cache.send(on: lane)]
    }
    #expect(replies.allSatisfy { $0.text == "mine" && $0["set-cookie"] == "a=1" })
    #expect(replies.allSatisfy { $0["age"] == "5" })
    #expect(replies.allSatisfy { $0["cache-status"] == "skerry; fwd=uri-miss" })
    #expect(cache.origin.count == 2)
  }
}
