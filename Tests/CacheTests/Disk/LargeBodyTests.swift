// Bodies that are too large for memory, on their way to the disk.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite("Large bodies on their way")
struct LargeBodyTests {
  private static let sliceBytes = 64 << 10
  private static let slices = 40

  private static let content = (0..<slices * sliceBytes).map {
    UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 7)
  }

  /// An origin whose one body stops half-way, in a slice, until `gate` is open.
  private static func origin(_ gate: Gate, end: Failure? = nil) -> TestOrigin {
    TestOrigin { (fetch, number) throws(Failure) in
      var head = Answer(fields: [
        ("Cache-Control", "max-age=600"), ("ETag", "\"1\""), ("Accept-Ranges", "bytes"),
      ]).head()
      if let range = fetch.request.fields.byteRanges,
        case .parts(let parts) = range.select(from: UInt64(content.count))
      {
        let part = Int(parts[0].lowerBound)..<Int(parts[0].upperBound)
        head.status = 206
        head.fields.append(
          "Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(content.count)")
        return FetchedResponse(
          head: head, body: .bytes(Bytes(Array(content[part]))), contentLength: UInt64(part.count))
      }
      let half = content.count / 2 + 1_000
      var pieces: [(Gate?, Bytes)] = [(nil, Bytes(Array(content[..<half])))]
      for start in stride(from: half, to: end == nil ? content.count : half, by: sliceBytes) {
        let piece = Bytes(Array(content[start..<min(start + sliceBytes, content.count)]))
        pieces.append((start == half ? gate : nil, piece))
      }
      if end != nil { pieces.append((gate, Bytes([0]))) }
      let body = GatedBody(pieces, end: end)
      return FetchedResponse(
        head: head, body: .stream(body), contentLength: UInt64(content.count))
    }
  }

  private func run(
    _ origin: TestOrigin,
    _ body: @escaping @Sendable (DiskBackedCache, Lane) async -> Void
  ) async throws {
    let folder = try TestFolder()
    let path = folder.path
    await SharedLoops.run { lane in
      let cache = DiskBackedCache(
        path, zone: ZoneID(high: 1, low: 2), on: lane, ramBytes: 1 << 20, origin)
      do {
        try await cache.start(
          at: HeldTime(now: SystemClock.monotonic, wall: SystemClock.wall))
        await body(cache, lane)
        await cache.stop()
      } catch {
        Issue.record(error)
      }
    }
    withExtendedLifetime(folder) {}
  }

  private static func start(
    _ count: Int, _ cache: DiskBackedCache, on lane: Lane
  ) -> [TestClient] {
    (0..<count).map { _ in
      let client = TestClient("GET", "/", on: lane)
      if let stage = cache.process?.stage { client.begin(stage) }
      return client
    }
  }

  @Test(
    "who comes while one is fetched reads what has come, waits for the rest, and fetches nothing")
  func late() async throws {
    let gate = Gate()
    let origin = Self.origin(gate)
    try await run(origin) { cache, lane in
      let first = Self.start(1, cache, on: lane)[0]
      let half = Self.content.count / 2
      await lane.wait { first.reply.body.count > half }
      let late = Self.start(50, cache, on: lane)
      await lane.wait { late.allSatisfy { $0.reply.body.count == half } }
      #expect(origin.count == 1)
      gate.open()
      await lane.wait { first.isDone && late.allSatisfy(\.isDone) }
      #expect((late + [first]).allSatisfy { $0.reply.isComplete && $0.reply.body == Self.content })
      #expect(origin.count == 1)
      #expect(cache.process?.shard.group?.slicesComing.withLock { $0.isEmpty } ?? false)
    }
  }

  @Test("if the fetch breaks off, others get the rest slice by slice, each once")
  func brokenOff() async throws {
    let gate = Gate()
    let origin = Self.origin(gate, end: Failure(.responseIncomplete, ""))
    try await run(origin) { cache, lane in
      let first = Self.start(1, cache, on: lane)[0]
      let half = Self.content.count / 2
      await lane.wait { first.reply.body.count > half }
      let late = Self.start(10, cache, on: lane)
      await lane.wait { late.allSatisfy { $0.reply.body.count == half } }
      gate.open()
      await lane.wait { first.isDone && late.allSatisfy(\.isDone) }
      #expect(!first.reply.isComplete)
      #expect(late.allSatisfy { $0.reply.isComplete && $0.reply.body == Self.content })
      #expect(origin.count == 1 + Self.slices / 2)
    }
  }

  @Test("a first client that reads slowly holds up nobody for long")
  func slowClient() async throws {
    let gate = Gate()
    gate.open()
    let origin = Self.origin(gate)
    try await run(origin) { cache, lane in
      let first = TestClient("GET", "/", on: lane)
      first.room = 1
      if let stage = cache.process?.stage { first.begin(stage) }
      await lane.wait { !first.reply.body.isEmpty }
      let late = Self.start(1, cache, on: lane)[0]
      await lane.wait { late.isDone }
      #expect(late.reply.isComplete && late.reply.body == Self.content)
      #expect(!first.isDone)
      #expect(origin.count > 1)
      first.drain(1 << 30)
      await lane.wait { first.isDone }
      #expect(first.reply.isComplete && first.reply.body == Self.content)
    }
  }

  @Test("nobody waits for what is far away, is over, or waits for a client that reads slowly")
  func progress() async {
    let size = Self.sliceBytes
    await SharedLoops.run { lane in
      let progress = SliceProgress(sliceBytes: size)
      func wait(_ slice: Int, patience: Duration = .seconds(60)) async -> Bool {
        await progress.wait(
          for: slice * size..<(slice + 1) * size, with: Parker(on: lane), patience: patience)
      }
      #expect(await !wait(CacheLimits.slicesAwaited + 1))
      #expect(!progress.isWanted)
      progress.holdUp(true, now: lane.loop.preciseNow)
      #expect(await !wait(0, patience: .milliseconds(1)), "it takes too long")
      #expect(await !wait(1), "it took too long for another")
      progress.holdUp(false, now: lane.loop.preciseNow)
      progress.advance(to: size)
      #expect(await wait(0))
      #expect(progress.isWanted)
      progress.end()
      #expect(await !wait(1))
      #expect(await wait(0))
    }
  }

  @Test("a slow origin is waited for, however long it takes")
  func slowOrigin() async {
    let size = Self.sliceBytes
    await SharedLoops.run { lane in
      let progress = SliceProgress(sliceBytes: size)
      let outcome = Guarded<Bool?>(nil)
      lane.start {
        let hasCome = await progress.wait(
          for: 0..<size, with: Parker(on: lane), patience: .milliseconds(1))
        outcome.withLock { $0 = hasCome }
      }
      await lane.wait { progress.isWanted }
      for _ in 0..<20 { _ = await Parker(on: lane).park(until: lane.loop.now + .milliseconds(5)) }
      #expect(outcome.withLock { $0 } == nil)
      progress.advance(to: size)
      await lane.wait { outcome.withLock { $0 } == true }
    }
  }
}
