// What the disk gives back after a restart: as much as memory would have.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite("Stored responses after a restart")
struct BehindMemoryTests {
  /// Answers by variants of `foo`, each with a tag of its own; `control` is what it says of caching.
  private final class VariantOrigin: Sendable {
    let control = Guarded("max-age=600")

    var source: TestOrigin {
      TestOrigin { (fetch, _) throws(Failure) in
        let foo = ModelOrigin.fields(of: fetch.request)["foo"] ?? "-"
        return Answer(
          fields: [
            ("Cache-Control", self.control.withLock { $0 }), ("Vary", "foo"),
            ("Cache-Tag", "tag-\(foo)"), ("ETag", "\"\(foo)\""),
          ], body: foo
        ).fetched()
      }
    }
  }

  private static func time(_ seconds: Int) -> HeldTime {
    HeldTime(
      now: Instant(nanoseconds: UInt64(1_000_000 + seconds) * 1_000_000_000),
      wall: WallTime(seconds: Int64(1_800_000_000 + seconds)))
  }

  /// What requests for two variants get after what `body` does in the first process, and what
  /// Cache-Status says.
  private func ask(
    _ fields: [(String, String)] = [],
    after body: @escaping @Sendable (DiskBackedCache, VariantOrigin) async -> Void = { _, _ in }
  ) async throws -> [String] {
    let folder = try TestFolder()
    let path = folder.path
    let statuses = await SharedLoops.run { lane in
      let origin = VariantOrigin()
      let cache = DiskBackedCache(path, zone: ZoneID(high: 1, low: 2), on: lane, origin.source)
      do {
        try await cache.start(at: Self.time(0))
        for foo in ["1", "2"] { _ = await cache.send("GET", "/", [("foo", foo)]) }
        await body(cache, origin)
        await cache.stop()
        try await cache.start(at: Self.time(40))
      } catch {
        Issue.record(error)
      }
      var statuses: [String] = []
      for foo in ["1", "2"] {
        let reply = await cache.send("GET", "/", [("foo", foo)] + fields)
        #expect(reply.text == foo)
        statuses.append(
          reply["cache-status"]?.split(separator: "; ").dropFirst().first.map { String($0) } ?? "")
      }
      await cache.stop()
      return statuses
    }
    withExtendedLifetime(folder) {}
    return statuses
  }

  @Test("all variants are found")
  func variants() async throws {
    let statuses = try await ask()
    #expect(statuses == ["hit", "hit"])
  }

  @Test("a request that wants its answer not stored gets what is stored")
  func notToBeStored() async throws {
    let statuses = try await ask([("Cache-Control", "no-store")])
    #expect(statuses == ["hit", "hit"])
  }

  @Test("a request that wants validation says why it went on: there was something")
  func validated() async throws {
    let statuses = try await ask([("Cache-Control", "no-cache")])
    #expect(statuses == ["fwd=request", "fwd=request"])
  }

  @Test("a variant that may not be stored any more takes none of the others with it")
  func replaced() async throws {
    let statuses = try await ask { cache, origin in
      origin.control.withLock { $0 = "max-age=20" }
      _ = await cache.send("GET", "/", [("foo", "1"), ("Cache-Control", "no-cache")])
      cache.process?.shard.heldTime = Self.time(30)
      origin.control.withLock { $0 = "no-store" }
      _ = await cache.send("GET", "/", [("foo", "1")])
      origin.control.withLock { $0 = "max-age=600" }
    }
    #expect(statuses == ["fwd=uri-miss", "hit"])
  }

  @Test("looking for a purged variant takes none of the others with it")
  func purged() async throws {
    let statuses = try await ask { cache, _ in
      let items = [PurgeItem.tag(PurgeHash.tag(Array("tag-1".utf8).span))]
      let time = Self.time(0)
      cache.purge(Purge(items: items, time: time.wall), at: time.now)
    }
    #expect(statuses == ["fwd=uri-miss", "hit"])
  }
}
