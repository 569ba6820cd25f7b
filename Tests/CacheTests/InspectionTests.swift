// Looking into the cache: what it says of what it has, and of what it has not.

import ConfigurationTree
import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite("Inspection")
struct InspectionTests {
  private func request(_ path: String, _ fields: [(String, String)] = []) -> RequestHead {
    var request = RequestHead()
    request.authority = Array("a.example".utf8)
    request.path = Array(path.utf8)
    for (name, value) in fields { request.fields.append(name, value) }
    return request
  }

  private func inspect(
    _ cache: TestCache, _ path: String, _ fields: [(String, String)] = []
  ) async -> CacheInspection {
    await cache.group.inspect(
      request(path, fields), at: .local, of: cache.zone, CachePolicies(cache.configuration))
  }

  @Test("what is stored is told of with its loops, its freshness and what selected it")
  func stored() async {
    let origin = TestOrigin([
      Answer(
        fields: [
          ("Cache-Control", "max-age=6000, stale-while-revalidate=60"), ("ETag", "\"1\""),
          ("Vary", "X-A"), ("Cache-Tag", "one, two"),
        ], body: "hello")
    ])
    let cache = TestCache(origin, loops: 2)
    // Both loops have asked for it: one owns the key, the other refers to it.
    for index in [0, 1] {
      await SharedLoops.run(on: index) { lane in
        _ = await cache.send("GET", "/x", [("X-A", "b")], loop: index, on: lane)
        _ = await cache.send("GET", "/x", [("X-A", "b")], loop: index, on: lane)
      }
    }
    let heat = await SharedLoops.run { lane in
      await self.inspect(cache, "/x").variants[0].response.heat
    }
    let found = await SharedLoops.run { lane in await self.inspect(cache, "/x", [("X-A", "b")]) }
    #expect(found.answer == .hit && found.reason == "fresh" && found.rule == nil)
    #expect(found.variants.count == 1 && found.variants[0].isSelected)
    #expect(found.variants[0].owner != nil && found.variants[0].fronts.count == 1)
    #expect(found.variants[0].response.heat == heat)
    let tree = found.variants[0].tree(CachePolicy(CacheSettings()))
    #expect(tree["layer"] == .string("ram") && tree["bytes"] == .integer(5))
    #expect(tree["vary"] == .object([("x-a", .string("b"))]))
    #expect(tree["tags"] == .array([.string("one"), .string("two")]))
    #expect(tree["etag"] == .string("\"1\""))
    let other = await SharedLoops.run { lane in await self.inspect(cache, "/x") }
    #expect(other.answer == .miss && other.reason == "variants" && !other.variants[0].isSelected)
    #expect(origin.count == 1)
  }

  @Test("what is not stored is told of with why")
  func notStored() async {
    let origin = TestOrigin([Answer(fields: [("Cache-Control", "private")], body: "hello")])
    let cache = TestCache(origin)
    cache.configuration.settings.bypassCookies = ["session*"]
    let (before, after, cookie) = await SharedLoops.run { lane in
      let before = await self.inspect(cache, "/x")
      _ = await cache.send("GET", "/x", on: lane)
      return (
        before, await self.inspect(cache, "/x"),
        await self.inspect(cache, "/x", [("Cookie", "a=1; session2=x")])
      )
    }
    #expect(before.answer == .miss && before.reason == "notStored")
    #expect(after.answer == .pass && after.reason == "unshareable")
    #expect(after.explanation.contains("private"))
    #expect(cookie.reason == "cookie" && cookie.explanation.contains("session2"))
    cache.configuration.isEnabled = false
    #expect(await SharedLoops.run { _ in await self.inspect(cache, "/x") }.reason == "disabled")
  }

  @Test("keys are those that requests get, with their parts", arguments: [false, true])
  func keys(_ hasParts: Bool) async {
    let origin = TestOrigin([Answer(fields: [("Cache-Control", "max-age=6000")], body: "hello")])
    let cache = TestCache(origin)
    cache.configuration.settings.key.query = .none
    cache.configuration.settings.key.languages = hasParts ? ["en", "de"] : []
    cache.configuration.settings.key.cookies = hasParts ? ["c"] : []
    let fields = [("Accept-Language", "de-AT"), ("Cookie", "c=1")]
    let found = await SharedLoops.run { lane in
      // An invalidation is part of some keys.
      _ = await cache.send("POST", "/x", on: lane)
      _ = await cache.send("GET", "/x?a", fields, on: lane)
      return await self.inspect(cache, "/x?b", fields)
    }
    #expect(found.answer == .hit)
    let key = ConfigurationValue.object(found.members)["key"]
    #expect(key?["target"] == .string("/x") && key?["host"] == .string("a.example"))
    #expect(key?["accept-language"] == (hasParts ? .string("de") : nil))
    #expect(key?["cookie c"] == (hasParts ? .string("1") : nil))
  }

  @Test("a rule is told of by its place, and so are paths that fit none for sure")
  func rules() async {
    let cache = TestCache(TestOrigin([Answer()]))
    for path in ["/a/*", "/b/*"] {
      var rule = CacheRule()
      rule.paths = [path]
      rule.overrides.isBypassed = path == "/b/*"
      cache.configuration.rules.append(rule)
    }
    let found = await SharedLoops.run { _ in
      [
        await self.inspect(cache, "/a/x"), await self.inspect(cache, "/b/x"),
        await self.inspect(cache, "/c"), await self.inspect(cache, "/a/../b"),
      ]
    }
    #expect(found.map(\.rule) == [0, 1, nil, nil])
    #expect(found.map(\.reason) == ["notStored", "bypass", "notStored", "path"])
  }
}
