// Requests that are answered from the disk within their job.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite(
  "Answers from the disk at once",
  .enabled(if: DiskCacheTests.hasCachedReads(), "the file system can't read without waiting")
)
struct PromptHitTests {
  private static func time(_ seconds: Int) -> HeldTime {
    HeldTime(
      now: Instant(nanoseconds: UInt64(1_000_000 + seconds) * 1_000_000_000),
      wall: WallTime(seconds: Int64(1_800_000_000 + seconds)))
  }

  /// Runs `body` in the second process of a cache, with what the first has stored of `/0` to `/9` on
  /// the disk; the requests that its origin got then.
  private func ask(
    _ control: String = "max-age=600", bodyBytes: Int = 0, ramBytes: Int = 64 << 20,
    isPrompt: Bool = true,
    _ body: @escaping @Sendable (DiskBackedCache, DiskBackedCache.Process, Lane) async -> Void
  ) async throws -> Int {
    // Not in memory: such a file system does not say what it has there.
    let folder = try TestFolder(inMemory: false)
    let path = folder.path
    let asked = try await SharedLoops.run { lane -> Result<Int, any Error> in
      let origin = TestOrigin { (fetch, _) throws(Failure) in
        Answer(
          fields: [("Cache-Control", control), ("ETag", "\"a\"")],
          body: String(decoding: fetch.request.path, as: UTF8.self)
            + String(repeating: "x", count: max(0, bodyBytes - fetch.request.path.count))
        ).fetched()
      }
      let cache = DiskBackedCache(
        path, zone: ZoneID(high: 1, low: 2), on: lane, ramBytes: ramBytes, isPrompt: isPrompt,
        origin)
      do {
        try await cache.start(at: Self.time(0))
        for number in 0..<10 { _ = await cache.send("GET", "/\(number)") }
        await cache.stop()
        try await cache.start(at: Self.time(40))
      } catch {
        return .failure(error)
      }
      let before = origin.count
      if let process = cache.process { await body(cache, process, lane) }
      await cache.stop()
      return .success(origin.count - before)
    }.get()
    withExtendedLifetime(folder) {}
    return asked
  }

  @Test("as many as a job may have within it, the others by tasks; none reaches the origin")
  func bounded() async throws {
    let asked = try await ask { _, process, lane in
      let clients = (0..<10).map { TestClient("GET", "/\($0)", on: lane) }
      let atOnce = clients.map { $0.begin(process.stage) }
      #expect(atOnce == (0..<10).map { $0 < DiskLimits.looksOfJob })
      await lane.wait { clients.allSatisfy(\.isDone) }
      for (number, client) in clients.enumerated() {
        #expect(client.reply.text == "/\(number)")
        #expect(client.reply["cache-status"]?.hasPrefix("skerry; hit; ttl=5") == true)
        #expect(client.exchange.facts.isFromDisk)
      }
      let again = TestClient("GET", "/0", on: lane)
      #expect(again.begin(process.stage) && !again.exchange.facts.isFromDisk, "it is in memory now")
    }
    #expect(asked == 0)
  }

  @Test(
    "a part, a 304 and a HEAD are answered at once as well",
    arguments: [
      ("GET", "Range", "bytes=1-1", 206, "1"), ("GET", "If-None-Match", "\"a\"", 304, ""),
      ("HEAD", "Accept", "*/*", 200, ""),
    ])
  func kinds(_ method: String, name: String, value: String, status: UInt16, text: String)
    async throws
  {
    let asked = try await ask { _, process, lane in
      let client = TestClient(method, "/1", [(name, value)], on: lane)
      #expect(client.begin(process.stage))
      #expect(client.reply.status == status && client.reply.text == text)
    }
    #expect(asked == 0)
  }

  @Test("what must be validated, and what is not there, is asked for once")
  func others() async throws {
    let asked = try await ask("max-age=30") { cache, process, lane in
      let client = TestClient("GET", "/0", on: lane)
      #expect(!client.begin(process.stage))
      await lane.wait { client.isDone && process.shard.flights.count == 0 }
      #expect(await cache.send("GET", "/1")["cache-status"]?.contains("fwd=stale") == true)
      #expect(await cache.send("GET", "/new")["cache-status"]?.contains("fwd=uri-miss") == true)
      #expect(process.disk.figures?.misses == 1, "it is looked for once")
    }
    #expect(asked == 3)
  }

  @Test(
    "full memory takes what is asked for again soon and nothing for one request, however it is read",
    arguments: [(true, nil), (false, nil), (false, "only-if-cached")])
  func full(_ isPrompt: Bool, control: String?) async throws {
    let asked = try await ask(bodyBytes: 50_000, ramBytes: 450_000, isPrompt: isPrompt) {
      _, process, lane in
      let parker = Parker(on: lane)
      /// Whether it came from the disk.
      func get(_ number: Int) async -> Bool {
        await parker.yield()
        let fields = control.map { [("Cache-Control", $0)] } ?? []
        let client = TestClient("GET", "/\(number)", fields, on: lane)
        client.begin(process.stage)
        await lane.wait { client.isDone && process.shard.flights.count == 0 }
        #expect(client.reply.body.count == 50_000)
        return client.exchange.facts.isFromDisk
      }
      for number in 0..<10 { #expect(await get(number)) }
      // Eight fit; the last two were asked for once.
      #expect(process.shard.storedCount == 8)
      for number in 0..<8 { #expect(await !get(number)) }
      #expect(await get(9))
      #expect(await !get(9))
      #expect(process.shard.storedCount == 8)
    }
    #expect(asked == 0)
  }

  @Test("what was purged is not found")
  func purged() async throws {
    let asked = try await ask { cache, process, lane in
      cache.purge(Purge(isEverything: true, time: WallTime(seconds: 0)), at: Self.time(40).now)
      let client = TestClient("GET", "/0", on: lane)
      #expect(!client.begin(process.stage))
      await lane.wait { client.isDone && process.shard.flights.count == 0 }
    }
    #expect(asked == 1)
  }
}
