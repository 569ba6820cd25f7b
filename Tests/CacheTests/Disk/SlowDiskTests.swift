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
    idle: Duration = .seconds(60), _ body: @escaping @Sendable (DiskBackedCache, Lane) async -> Void
  ) async throws {
    let folder = try TestFolder()
    let path = folder.path
    var bounds = DiskPace.Bounds()
    bounds.idle = idle
    let paceBounds = bounds
    await SharedLoops.run { lane in
      let cache = DiskBackedCache(
        path, zone: ZoneID(high: 1, low: 2), on: lane, ramBytes: ramBytes, valve: valve,
        diskBytes: diskBytes, paceBounds: paceBounds, origin)
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
      #expect(owed.bytes(of: cache.zone) > 0)
      valve.open()
      await lane.wait { disk.figures?.stored.objects == 40 }
      #expect(owed.bytes(of: cache.zone) == 0)
    }
  }

  @Test("a disk that takes nothing does not hold up those who wait for an answer")
  func stuck() async throws {
    let origin = Self.origin(megabytes: 40)
    let valve = Valve()
    try await run(origin, ramBytes: 1 << 20, valve, idle: .milliseconds(20)) { cache, _ in
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

  @Test("slices that wait for the disk count as their zone's, which has no more than its part")
  func counted() async throws {
    let origin = Self.origin(megabytes: 12)
    let valve = Valve()
    try await run(origin, ramBytes: 1 << 20, valve, idle: .milliseconds(20)) { cache, lane in
      guard let shard = cache.process?.shard, let stage = cache.process?.stage else { return }
      let clients = (0..<8).map { number in
        let client = TestClient("GET", "/\(number)", on: lane)
        client.begin(stage)
        return client
      }
      var most = 0
      await lane.wait {
        most = max(most, shard.inFlightBytes)
        return clients.allSatisfy(\.isDone)
      }
      #expect(clients.allSatisfy { $0.reply.isComplete })
      // Half of what is for all zones together.
      #expect(most > 0)
      #expect(most <= shard.capacity / CacheLimits.inFlightShareOfShard / 2)
      valve.open()
      await lane.wait { shard.flights.count == 0 }
      #expect(shard.inFlightBytes == 0)
    }
  }

  @Test("a large body does not wait long for what other zones have in the queue: it is not kept")
  func others() async throws {
    let origin = Self.origin(megabytes: 40)
    // Some 4 MiB are written at a time.
    let valve = Valve(patience: 100)
    try await run(origin, ramBytes: 1 << 20, valve) { cache, lane in
      guard let disk = cache.process?.disk, let stage = cache.process?.stage else { return }
      let body = Bytes(Array(repeating: 0x62, count: Self.megabyte))
      var next: UInt64 = 0
      /// Six zones take all that they can have.
      func crowd() {
        for zone in UInt64(10)..<16 {
          while disk.hasRoom(for: Self.megabyte, of: ZoneID(high: 7, low: zone)) {
            next += 1
            disk.put(
              DiskRecord(
                digest: DiskBench.digest(next), zone: ZoneID(high: 7, low: zone), selection: 0,
                sequence: 1, receivedWall: WallTime(seconds: 1),
                expiresWall: WallTime(seconds: 4_000_000_000), head: Bytes([1]), body: [body]),
              isWanted: true)
          }
        }
      }
      crowd()
      let client = TestClient("GET", "/", on: lane)
      client.begin(stage)
      await lane.wait {
        if !client.isDone { crowd() }
        return client.isDone && cache.process?.shard.flights.count == 0
      }
      #expect(client.reply.isComplete && client.reply.body.count == 40 * Self.megabyte)
      valve.open()
      _ = await cache.send("GET", "/")
      #expect(origin.count == 2)
    }
  }

  @Test("others' writes are waited for up to a bound, a zone's own as long as anything is written")
  func bounds() {
    var pace = DiskPace()
    var now = Instant(nanoseconds: 1)
    var finished: UInt64 = 0
    /// How many milliseconds a wait lasts, if the zone has `own` of 100 bytes in the queue; or of 100
    /// changes, if there is no room for more.
    func wait(
      own: Int, isWritten: Bool = true, changes: Int? = nil
    ) -> (Int, DiskPace.Outcome) {
      pace.begin()
      for milliseconds in 0..<10_000 {
        if isWritten { finished += 1 }
        var backlog = DiskPace.Backlog(finished: finished, bytes: 100, bytesOfZone: own)
        backlog.count = 100
        backlog.countOfZone = changes ?? 0
        backlog.isFullOfChanges = changes != nil
        let outcome = pace.look(backlog, DiskPace.Bounds(), at: now)
        if outcome != .goesOn { return (milliseconds, outcome) }
        now = now + .milliseconds(1)
      }
      return (10_000, .goesOn)
    }
    #expect(wait(own: 50) == (10_000, .goesOn))
    #expect(wait(own: 100, isWritten: false) == (1_000, .isStuck))
    #expect(wait(own: 49) == (500, .isUsedUp))
    #expect(wait(own: 0) == (0, .isUsedUp))
    #expect(wait(own: 50) == (10_000, .goesOn), "for itself it goes on waiting")
    #expect(wait(own: 49) == (0, .isUsedUp))
    pace = DiskPace()
    #expect(wait(own: 0, changes: 50) == (10_000, .goesOn), "what fills the queue is its own")
    #expect(wait(own: 100, changes: 49) == (500, .isUsedUp), "others have many small changes")
  }

  @Test("a body in memory of which half can never have room in the queue is not cut for the disk")
  func tooLargeForQueue() async throws {
    let origin = Self.origin(megabytes: 96)
    try await run(origin, ramBytes: 1 << 30, nil, diskBytes: 256 << 20) { cache, _ in
      for _ in 0..<2 {
        let reply = await cache.send("GET", "/")
        #expect(reply.isComplete && reply.body.count == 96 * Self.megabyte)
      }
      #expect(origin.count == 1)
      guard let figures = cache.process?.disk.figures else { return }
      #expect(figures.admitted == 0 && figures.pendingBytes == 0)
      #expect(cache.process?.shard.owed.bytes(of: cache.zone) == 0)
    }
  }

  @Test("a body in memory is not cut for the disk before half of it has room there")
  func halfPut() async throws {
    let origin = Self.origin(megabytes: 48)
    let valve = Valve()
    try await run(origin, ramBytes: 1 << 30, valve, diskBytes: 256 << 20) { cache, lane in
      guard let disk = cache.process?.disk, let shard = cache.process?.shard else { return }
      // Room for 20 of the 24 MiB: more than a body needs to begin with.
      let body = Bytes(Array(repeating: 0x62, count: Self.megabyte))
      var next: UInt64 = 0
      while disk.hasRoom(for: 21 * Self.megabyte, of: cache.zone) {
        next += 1
        disk.put(
          DiskRecord(
            digest: DiskBench.digest(next), zone: cache.zone, selection: 0, sequence: 1,
            receivedWall: WallTime(seconds: 1), expiresWall: WallTime(seconds: 4_000_000_000),
            head: Bytes([1]), body: [body]),
          isWanted: true)
      }
      let before = disk.figures?.pendingBytes
      let reply = await cache.send("GET", "/")
      #expect(reply.isComplete && reply.body.count == 48 * Self.megabyte)
      #expect(disk.figures?.pendingBytes == before)
      #expect(shard.owed.bytes(of: cache.zone) > 0, "it is tried again")
      valve.open()
      await lane.wait {
        shard.owed.bytes(of: cache.zone) == 0 && disk.figures?.pendingBytes == 0
      }
      let stored = disk.figures?.stored.objects ?? 0
      // With its head, and what was there; as many slices as there was room for are kept.
      #expect(stored >= Int(next) + 25 && stored <= Int(next) + 49)
      #expect(disk.figures?.dropped == UInt64(Int(next) + 49 - stored))
    }
  }

  @Test("a download that is purged waits for the disk no more, and leaves nothing there")
  func purged() async throws {
    let origin = Self.origin(megabytes: 40)
    let valve = Valve()
    try await run(origin, ramBytes: 1 << 20, valve) { cache, lane in
      let client = TestClient("GET", "/", on: lane)
      guard let stage = cache.process?.stage, let disk = cache.process?.disk else { return }
      client.begin(stage)
      await lane.wait {
        (disk.figures?.pendingBytes ?? 0) > DiskLimits.pendingBytes / 2 - Self.megabyte
      }
      #expect(!client.isDone)
      cache.purge(Purge(isEverything: true, time: WallTime(seconds: 0)), at: SystemClock.monotonic)
      // The valve is closed still.
      await lane.wait { client.isDone && cache.process?.shard.flights.count == 0 }
      #expect(client.reply.body.count == 40 * Self.megabyte)
      #expect(disk.figures?.dropped == 0)
      valve.open()
      await lane.wait { disk.figures?.pendingBytes == 0 && disk.figures?.stored.objects ?? 1 <= 1 }
    }
  }

  @Test("what refers to slices that are gone goes, whatever object it is; what is newer stays")
  func headOfNothing() async throws {
    try await run(Self.origin(megabytes: 1), ramBytes: 64 << 20, nil) { cache, lane in
      guard let shard = cache.process?.shard, let disk = cache.process?.disk,
        let zone = shard.group?.zone(cache.zone)
      else { return }
      let key = CacheKey.prefix(cache.zone) + Array("http a.example/".utf8)
      let hash = shard.hash.hash(key.span)
      func head(_ id: UInt64) -> StoredResponse {
        StoredResponse(
          zone: zone, sequence: 0, hash: hash, key: key, head: .slice(receivedAt: shard.now),
          body: StoredBody(Slices(id: id, count: 100, sliceBytes: 10)))
      }
      let announced = head(1)
      for isEvicted in [false, true] {
        // As it is when it was evicted and read from the disk again.
        let present = head(1)
        shard.insert(present)
        if isEvicted { shard.discard(present) }
        await lane.wait { disk.figures?.stored.objects == 1 }
        shard.removeSliced(announced)
        #expect(!present.isCurrent && shard.find(hash, key, FieldBlock()) == nil)
        await lane.wait { disk.figures?.stored.objects == 0 }
      }
      let newer = head(2)
      shard.insert(newer)
      await lane.wait { disk.figures?.stored.objects == 1 }
      shard.removeSliced(announced)
      #expect(shard.find(hash, key, FieldBlock()) === newer)
      #expect(disk.figures?.stored.objects == 1)
    }
  }

  @Test("no zone's responses take all places in line for the disk")
  func line() async throws {
    try await run(Self.origin(megabytes: 1), ramBytes: 64 << 20, nil) { cache, _ in
      guard let shard = cache.process?.shard, let group = shard.group else { return }
      /// Lets responses of a zone wait; how many places they have then.
      func wait(_ count: Int, of zone: UInt64) -> Int {
        let zone = group.zone(ZoneID(high: 9, low: zone))
        for number in 0..<count {
          let key = Array("\(zone.id) \(number)".utf8)
          shard.owed.add(
            StoredResponse(
              zone: zone, sequence: 0, hash: shard.hash.hash(key.span), key: key,
              head: .slice(receivedAt: shard.now), body: StoredBody([Bytes([1])])))
        }
        return shard.owed.places(of: zone.id)
      }
      #expect(wait(5_000, of: 1) == DiskLimits.owedResponses / 2)
      #expect(wait(5_000, of: 2) == DiskLimits.owedResponses / 4)
      #expect(shard.owed.bytes(of: ZoneID(high: 9, low: 2)) > 0)
      #expect(shard.owed.bytes(of: ZoneID(high: 9, low: 3)) == 0)
    }
  }
}
