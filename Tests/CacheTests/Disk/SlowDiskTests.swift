// What comes faster than the disk takes it, or than a full disk wants it.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite("A disk that is slower than the origin", .serialized)
struct SlowDiskTests {
  private static let megabyte = 1 << 20

  /// An origin whose bodies have so many MiB each, at once; it can be asked for parts of them.
  private static func origin(megabytes: Int) -> TestOrigin {
    let piece = Bytes(Array(repeating: 0x61, count: megabyte))
    let count = megabytes * megabyte
    return TestOrigin { (fetch, _) throws(Failure) in
      var head = Answer(fields: [
        ("Cache-Control", "max-age=600"), ("ETag", "\"1\""), ("Accept-Ranges", "bytes"),
      ]).head()
      guard let range = fetch.request.fields.byteRanges,
        case .parts(let parts) = range.select(from: UInt64(count))
      else {
        let body = GatedBody((0..<megabytes).map { _ in (nil, piece) })
        return FetchedResponse(head: head, body: .stream(body), contentLength: UInt64(count))
      }
      let part = Int(parts[0].lowerBound)..<Int(parts[0].upperBound)
      head.status = 206
      head.fields.append(
        "Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(count)")
      return FetchedResponse(
        head: head, body: .bytes(piece.slice(0..<part.count)), contentLength: UInt64(part.count))
    }
  }

  private func run(
    _ origin: TestOrigin, ramBytes: Int, _ valve: Valve?, diskBytes: Int = 64 << 20,
    _ body: @escaping @Sendable (DiskBackedCache, Lane) async -> Void
  ) async throws {
    let folder = try TestFolder()
    let path = folder.path
    await SharedLoops.run { lane in
      let cache = DiskBackedCache(
        path, zone: ZoneID(high: 1, low: 2), on: lane, ramBytes: ramBytes, valve: valve,
        diskBytes: diskBytes, origin)
      do {
        try await cache.start(at: HeldTime(now: SystemClock.monotonic, wall: SystemClock.wall))
        await body(cache, lane)
        await cache.stop()
      } catch {
        Issue.record(error)
      }
    }
    withExtendedLifetime(folder) {}
  }

  @Test(
    "a body too large for memory comes no faster than the disk takes it, and is a hit afterwards")
  func largeBody() async throws {
    let origin = Self.origin(megabytes: 40)
    let valve = Valve()
    try await run(origin, ramBytes: 1 << 20, valve) { cache, lane in
      let first = TestClient("GET", "/", on: lane)
      guard let stage = cache.process?.stage, let disk = cache.process?.disk else { return }
      first.begin(stage)
      // Half of the queue is left for others.
      await lane.wait {
        (disk.figures?.pendingBytes ?? 0) > DiskLimits.pendingBytes / 2 - Self.megabyte
      }
      #expect(!first.isDone)
      valve.open()
      await lane.wait { first.isDone && cache.process?.shard.flights.count == 0 }
      let second = await cache.send("GET", "/")
      for reply in [first.reply, second] {
        #expect(reply.isComplete && reply.body.count == 40 * Self.megabyte)
      }
      #expect(origin.count == 1)
    }
  }

  @Test("a body that the disk has no room for when it comes is put there while it is in memory")
  func owed() async throws {
    let origin = Self.origin(megabytes: 1)
    let valve = Valve()
    try await run(origin, ramBytes: 256 << 20, valve) { cache, lane in
      let clients = (0..<40).map { number in
        let client = TestClient("GET", "/\(number)", on: lane)
        if let stage = cache.process?.stage { client.begin(stage) }
        return client
      }
      await lane.wait { clients.allSatisfy(\.isDone) }
      guard let owed = cache.process?.shard.owed, let disk = cache.process?.disk else { return }
      #expect(owed.bytes > 0)
      valve.open()
      await lane.wait { disk.figures?.stored.objects == 40 }
      #expect(owed.bytes == 0)
    }
  }

  @Test("a disk that takes nothing does not hold up those who wait for an answer")
  func stuck() async throws {
    let origin = Self.origin(megabytes: 40)
    let valve = Valve()
    try await run(origin, ramBytes: 1 << 20, valve) { cache, _ in
      let reply = await cache.send("GET", "/")
      #expect(reply.isComplete)
      valve.open()
    }
  }

  @Test("a full disk takes a large body as a whole when it is asked for again, and no part before")
  func full() async throws {
    let origin = Self.origin(megabytes: 4)
    try await run(origin, ramBytes: 1 << 20, nil, diskBytes: 128 << 20) { cache, lane in
      for number in 0..<32 { _ = await cache.send("GET", "/fill/\(number)") }
      guard let disk = cache.process?.disk else { return }
      await lane.wait { disk.figures?.pendingBytes == 0 }
      let before = origin.count
      for _ in 0..<3 {
        let reply = await cache.send("GET", "/new")
        #expect(reply.isComplete && reply.body.count == 4 * Self.megabyte)
      }
      let requests = origin.requests[before...]
      #expect(requests.count == 2)
      #expect(requests.allSatisfy { $0.fields.byteRanges == nil })
    }
  }
}
