// Stored responses in the reserve: which go there, and which come back.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite("Responses in the reserve")
struct ReserveTests {
  private static func origin(
    _ control: String = "max-age=7200", _ fields: [(String, String)] = [], body: String = "body"
  ) -> TestOrigin {
    TestOrigin { (fetch, count) throws(Failure) in
      Answer(fields: [("Cache-Control", control)] + fields, body: "\(body)\(count)").fetched()
    }
  }

  /// A cache with nothing in memory, whose zone uses `reserve` at once.
  private static func cache(
    _ origin: TestOrigin, _ reserve: TestReserve, minimumBytes: Int = 0, isOn: Bool = true
  ) -> TestCache {
    let cache = TestCache(origin, reserve: reserve)
    cache.configuration.settings.reserve.isEnabled = isOn
    cache.configuration.settings.reserve.minimumBytes = minimumBytes
    cache.configuration.settings.reserve.occasion = .stored
    return cache
  }

  @Test("what one cache has stored another one finds, and does not ask the origin") func found()
    async
  {
    await SharedLoops.run { lane in
      let (origin, reserve) = (Self.origin(), TestReserve())
      let first = await Self.cache(origin, reserve).send("GET", "/a", on: lane)
      let cache = Self.cache(origin, reserve)
      let second = await cache.send("GET", "/a", on: lane)
      #expect(first.text == second.text && origin.count == 1)
      #expect(second["cache-status"]?.contains("; hit; ") == true)
      #expect(second["cache-status"]?.hasSuffix("; detail=reserve") == true)
      let third = await cache.send("GET", "/a", on: lane)
      #expect(third["cache-status"]?.contains("detail") == false, "it is in memory")
      #expect(await cache.send("GET", "/b", on: lane).text != first.text)
    }
  }

  @Test("variants are told apart, also by fields that a request does not have") func variants()
    async
  {
    await SharedLoops.run { lane in
      let (origin, reserve) = (Self.origin("max-age=7200", [("Vary", "X-A, X-B")]), TestReserve())
      let writer = Self.cache(origin, reserve)
      let one = await writer.send("GET", "/", [("X-A", "1")], on: lane)
      let two = await writer.send("GET", "/", [("X-B", "1")], on: lane)
      let none = await writer.send("GET", "/", on: lane)
      let reader = Self.cache(origin, reserve)
      #expect(await reader.send("GET", "/", [("X-B", "1")], on: lane).text == two.text)
      #expect(await reader.send("GET", "/", on: lane).text == none.text)
      #expect(await reader.send("GET", "/", [("X-A", "1")], on: lane).text == one.text)
      #expect(origin.count == 3)
      _ = await reader.send("GET", "/", [("X-A", "2")], on: lane)
      #expect(origin.count == 4)
    }
  }

  @Test("what was purged does not come back, and a number that no purge had is not believed")
  func purges() async {
    await SharedLoops.run { lane in
      let (origin, reserve) = (Self.origin(), TestReserve())
      let writer = Self.cache(origin, reserve)
      _ = writer.stage(on: lane)
      writer.purge()
      _ = await writer.send("GET", "/", on: lane)
      // A zone of which nothing was ever purged can't have it from its own life.
      _ = await Self.cache(origin, reserve).send("GET", "/", on: lane)
      #expect(origin.count == 2)
      _ = await writer.send("GET", "/b", on: lane)
      let reader = Self.cache(origin, reserve)
      _ = reader.stage(on: lane)
      reader.purge([reader.url("/other")])
      #expect(await reader.send("GET", "/b", on: lane)["cache-status"]?.contains("hit") == true)
      let later = Self.cache(origin, reserve)
      _ = later.stage(on: lane)
      later.purge([later.url("/other")])
      later.purge([later.url("/b")])
      #expect(await later.send("GET", "/b", on: lane)["cache-status"]?.contains("hit") == false)
    }
  }

  @Test("what an unsafe request invalidates is forgotten there too") func invalidations() async {
    await SharedLoops.run { lane in
      let (origin, reserve) = (Self.origin(), TestReserve())
      let cache = Self.cache(origin, reserve)
      _ = await cache.send("GET", "/", on: lane)
      _ = await cache.send("GET", "/b", on: lane)
      #expect(reserve.count == 2)
      _ = await cache.send("POST", "/", on: lane)
      await lane.wait { reserve.count == 1 }
    }
  }

  @Test("what an unsafe request invalidates is forgotten there for all keys of its target")
  func invalidationsOfParts() async {
    await SharedLoops.run { lane in
      let (origin, reserve) = (Self.origin(), TestReserve())
      let cache = Self.cache(origin, reserve)
      cache.configuration.settings.key.fields = ["X-A"]
      for value in ["1", "2"] {
        _ = await cache.send("GET", "/", [("X-A", value)], on: lane)
        _ = await cache.send("GET", "/b", [("X-A", value)], on: lane)
      }
      #expect(reserve.count == 4)
      _ = await cache.send("POST", "/", on: lane)
      #expect(reserve.count == 2)
      _ = await cache.send("GET", "/", [("X-A", "1")], on: lane)
      #expect(origin.count == 6)
    }
  }

  @Test(
    "what lives too short, is too small, or is of a zone that does not want it does not go there",
    arguments: [
      ("max-age=3599", 0, true, 0), ("max-age=3600", 0, true, 1), ("max-age=7200", 5, true, 1),
      ("max-age=7200", 6, true, 0), ("max-age=7200", 0, false, 0), ("no-store", 0, true, 0),
    ])
  func eligible(control: String, minimumBytes: Int, isOn: Bool, count: Int) async {
    await SharedLoops.run { lane in
      let (origin, reserve) = (Self.origin(control), TestReserve())
      let cache = Self.cache(origin, reserve, minimumBytes: minimumBytes, isOn: isOn)
      _ = await cache.send("GET", "/", on: lane)
      #expect(reserve.count == count)
      #expect(isOn || reserve.lookCount == 0)
    }
  }

  @Test("what memory lets go is found again, many times over") func evicted() async {
    await SharedLoops.run { lane in
      let reserve = TestReserve()
      let body = String(repeating: "x", count: 10_000)
      let origin = Self.origin(body: body)
      let cache = TestCache(origin, ramBytes: 200_000, reserve: reserve)
      cache.configuration.settings.reserve.isEnabled = true
      for _ in 0..<3 {
        for number in 0..<60 { _ = await cache.send("GET", "/\(number)", on: lane) }
      }
      #expect(origin.count == 60)
    }
  }

  @Test("where the reserve does not say what it has, what is older than what comes is void")
  func unknown() async {
    await SharedLoops.run { lane in
      let (origin, reserve) = (Self.origin(), TestReserve())
      let cache = Self.cache(origin, reserve)
      _ = await cache.send("GET", "/known", on: lane)
      #expect(reserve.outdated.isEmpty)
      reserve.fail(true)
      let before = SystemClock.wall
      _ = await cache.send("GET", "/unknown", on: lane)
      #expect(origin.count == 2 && reserve.outdated.count == 1)
      #expect((reserve.outdated.values.first?.seconds ?? 0) >= before.seconds - 1)
      _ = await cache.send("GET", "/unknown", on: lane)
      #expect(origin.count == 2 && reserve.lookCount == 2)
    }
  }

  @Test("an answer that is not stored makes void what the reserve may have, and a fault does not")
  func unknownUnstored() async {
    await SharedLoops.run { lane in
      let reserve = TestReserve()
      reserve.fail(true)
      _ = await Self.cache(Self.origin("no-store"), reserve).send("GET", "/", on: lane)
      #expect(reserve.outdated.count == 1)
      let failing = TestOrigin { (_, _) throws(Failure) in
        throw Failure(.connectionTimeout, "nobody is there")
      }
      _ = await Self.cache(failing, reserve).send("GET", "/other", on: lane)
      #expect(reserve.outdated.count == 1)
    }
  }

  @Test("what takes the place of a response of the reserve removes that, before it is evicted")
  func replaced() async {
    await SharedLoops.run { lane in
      let (origin, reserve) = (Self.origin(), TestReserve())
      _ = await Self.cache(origin, reserve).send("GET", "/", on: lane)
      let cache = Self.cache(origin, reserve)
      cache.configuration.settings.reserve.occasion = .evicted
      let old = await cache.send("GET", "/", on: lane)
      #expect(old.text == "body0" && reserve.count == 1)
      cache.purge(isSoft: true)
      let new = await cache.send("GET", "/", on: lane)
      #expect(new.text == "body1")
      await lane.wait { reserve.count == 0 }
    }
  }

  @Test("what goes there at once and takes the place of what came from there is there after it")
  func replacedAtOnce() async {
    await SharedLoops.run { lane in
      let (origin, reserve) = (Self.origin(), TestReserve())
      _ = await Self.cache(origin, reserve).send("GET", "/", on: lane)
      let cache = Self.cache(origin, reserve)
      _ = await cache.send("GET", "/", on: lane)
      cache.purge(isSoft: true)
      let new = await cache.send("GET", "/", on: lane)
      #expect(new.text == "body1")
      await lane.wait { reserve.count == 1 }
      let other = Self.cache(origin, reserve)
      _ = other.stage(on: lane)
      other.purge([other.url("/other")])
      #expect(await other.send("GET", "/", on: lane).text == "body1")
      #expect(origin.count == 2)
    }
  }

  @Test("so does what comes since that of the reserve is stale") func stale() async {
    await SharedLoops.run { lane in
      let (origin, reserve) = (Self.origin(), TestReserve())
      _ = await Self.cache(origin, reserve).send("GET", "/", on: lane)
      #expect(reserve.count == 1)
      reserve.age(seconds: 7_300)
      let cache = Self.cache(origin, reserve)
      cache.configuration.settings.reserve.occasion = .evicted
      let new = await cache.send("GET", "/", on: lane)
      #expect(new.text == "body1" && reserve.outdated.isEmpty)
      await lane.wait { reserve.count == 0 }
    }
  }

  @Test("what was invalidated under a key with parts does not go there when memory lets it go")
  func evictedOutdated() async {
    await SharedLoops.run { lane in
      let reserve = TestReserve()
      let origin = Self.origin(body: String(repeating: "x", count: 10_000))
      let cache = TestCache(origin, ramBytes: 200_000, reserve: reserve)
      cache.configuration.settings.reserve.isEnabled = true
      cache.configuration.settings.key.fields = ["X-A"]
      _ = await cache.send("GET", "/", on: lane)
      _ = await cache.send("POST", "/", on: lane)
      for number in 0..<60 { _ = await cache.send("GET", "/\(number)", on: lane) }
      let before = origin.count
      #expect(reserve.count > 20)
      _ = await cache.send("GET", "/", on: lane)
      #expect(origin.count == before + 1)
    }
  }
}
