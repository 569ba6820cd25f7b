// Large bodies that the kernel sends out of their segment.

import Exchange
import HTTP
import Primitives
import Runtime
import Storage
import Testing

@testable import Cache

@Suite(
  "Lending what is on the disk", .serialized,
  .enabled(if: DiskCacheTests.hasCachedReads(), "the file system can't read without waiting")
)
struct LoanTests {
  // MARK: - The store

  private let folder: TestFolder
  private let store: DiskStore
  private let writer: DiskWriter
  private let lender = DiskLender(
    leastBytes: DiskLimits.lentBytes, reader: SharedLoops.group.storage[0].systemLane)

  init() throws {
    folder = try TestFolder(inMemory: false)
    store = try DiskStore(
      folder.path + "/index", files: try SegmentFolder(folder.path + "/segments"),
      DiskConfiguration(quotaBytes: 32 << 20, segmentBytes: 1 << 20)
    ) { _ in }
    writer = DiskWriter(store)
  }

  /// Puts a record and commits it.
  @discardableResult
  private func put(
    _ number: UInt64, zone: UInt64 = 1, bodyBytes: Int = 200_000, expires: Int64 = 4_000_000_000
  ) -> DiskRecord {
    let record = DiskRecord(
      digest: DiskBench.digest(number), zone: DiskBench.zone(zone), selection: 0, sequence: 1,
      receivedWall: WallTime(seconds: 1), expiresWall: WallTime(seconds: expires),
      head: Bytes([1]), body: [Bytes(Array(repeating: UInt8(number & 255), count: bodyBytes))])
    store.put(record, isWanted: true)
    for _ in 0..<100 where !store.pending.withLock({ $0.isEmpty }) {
      _ = writer.turn(now: SystemClock.monotonic, wall: SystemClock.wall)
    }
    return record
  }

  private func read(_ record: DiskRecord) -> DiskRecord? {
    store.read(record.digest, for: record.zone, mayWait: true) { _ in true }.record
  }

  /// The body of a record as it is lent; nil if it is not.
  private func lend(_ record: DiskRecord, to zone: UInt64? = nil) -> Bytes? {
    let found = store.read(record.digest, for: record.zone, mayWait: false, lender: lender) { _ in
      true
    }
    guard let body = found.record?.body.first, body.loan != nil else { return nil }
    return body
  }

  @Test("a large body is lent once it was read and found to be sound, to who only sends it")
  func lends() throws {
    let small = put(1, bodyBytes: DiskLimits.lentBytes - 1)
    let large = put(2, bodyBytes: DiskLimits.lentBytes)
    #expect(lend(large) == nil)
    for record in [small, large] { #expect(read(record)?.isSame(as: record) ?? false) }
    #expect(lend(small) == nil)
    let lent = try #require(lend(large))
    #expect(lent.count == DiskLimits.lentBytes && lent.file >= 0)
    #expect(lent.isInMemory(upTo: lent.count))
    #expect(read(large)?.isSame(as: large) ?? false)
    store.index.environment.close()
  }

  @Test("what is stale is read, not lent")
  func stale() {
    let record = put(1, expires: SystemClock.wall.seconds - 1)
    #expect(read(record) != nil)
    #expect(lend(record) == nil)
    store.index.environment.close()
  }

  @Test("a segment of which something is lent is not evicted before that was given back")
  func eviction() {
    let record = put(1)
    #expect(read(record) != nil)
    let segment = store.segments.withLock { $0.states.keys.min() }
    var lent = lend(record)
    #expect(lent != nil)
    func isThere() -> Bool {
      store.segments.withLock { table in segment.map { table[$0] != nil } ?? false }
    }
    for number in UInt64(2)..<400 { put(number) }
    #expect(store.figures.evicted > 0)
    #expect(isThere())
    let bytes = store.figures.segmentBytes + store.figures.indexBytes
    #expect(bytes <= store.configuration.quotaBytes)
    lent = nil
    for number in UInt64(400)..<800 { put(number) }
    #expect(!isThere())
    store.index.environment.close()
  }

  @Test("no zone has more segments lent for it than it leaves for the others, nor all of them more")
  func shares() {
    var lent = LentSegments()
    let first = (UInt32(0)..<16).map { lent.lend($0, for: DiskBench.zone(1), limit: 16) }
    #expect(first == (0..<16).map { $0 < 8 })
    let again = lent.lend(0, for: DiskBench.zone(2), limit: 16)
    #expect(again, "others may share what is lent")
    let second = (UInt32(20)..<36).map { lent.lend($0, for: DiskBench.zone(2), limit: 16) }
    #expect(second == (0..<16).map { $0 < 4 })
    lent.giveBack(0)
    #expect(lent.holds(0))
    lent.giveBack(0)
    #expect(!lent.holds(0) && lent.count == 11)
    let next = lent.lend(40, for: DiskBench.zone(1), limit: 16)
    #expect(!next, "what others have borrowed since counts")
  }

  @Test("what is brought into memory for a client is compared with its checksum first")
  func damage() async throws {
    let record = put(1)
    #expect(read(record) != nil)
    let lent = try #require(lend(record))
    let loan = try #require(lent.loan)
    #expect(await bring(loan))
    for name in TestFolder.list(folder.path + "/segments") {
      TestFolder.change(folder.path + "/segments/" + name) { bytes in
        if bytes.count > 100_000 { bytes[100_000] ^= 1 }
      }
    }
    #expect(await !bring(loan))
    #expect(read(record) == nil)
    store.index.environment.close()
  }

  private func bring(_ loan: FileLoan) async -> Bool {
    await withCheckedContinuation { continuation in
      loan.bring { continuation.resume(returning: $0) }
    }
  }

  // MARK: - The stage

  /// An origin of bodies of so many bytes, and of parts of them.
  private static func origin(_ count: Int) -> TestOrigin {
    TestOrigin { (fetch, _) throws(Failure) in
      var head = Answer(fields: [
        ("Cache-Control", "max-age=600"), ("ETag", "\"1\""), ("Accept-Ranges", "bytes"),
      ]).head()
      var part = 0..<count
      if let range = fetch.request.fields.byteRanges,
        case .parts(let parts) = range.select(from: UInt64(count))
      {
        part = Int(parts[0].lowerBound)..<Int(parts[0].upperBound)
        head.status = 206
        head.fields.append(
          "Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(count)")
      }
      return FetchedResponse(
        head: head, body: .bytes(Bytes(Array(repeating: 0x61, count: part.count))),
        contentLength: UInt64(part.count))
    }
  }

  private func run(
    _ origin: TestOrigin, ramBytes: Int, loops: [EventLoop]? = nil,
    _ body: @escaping @Sendable (DiskBackedCache, Lane) async -> Void
  ) async throws {
    let folder = try TestFolder(inMemory: false)
    let path = folder.path
    await SharedLoops.run { lane in
      let cache = DiskBackedCache(
        path, zone: ZoneID(high: 1, low: 2), on: lane, ramBytes: ramBytes, loops: loops,
        origin)
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

  /// How many bytes of all of `paths` were lent to a client.
  private static func lentBytes(
    _ paths: [String], _ count: Int, _ cache: DiskBackedCache, on lane: Lane,
    _ prepare: (TestClient) -> Void
  ) async -> Int {
    var sum = 0
    for path in paths {
      guard let process = cache.process else { return 0 }
      let client = TestClient("GET", path, on: lane)
      prepare(client)
      client.begin(process.stage)
      await lane.wait { client.isDone && process.shard.flights.count == 0 }
      #expect(client.reply.isComplete)
      #expect(client.reply.body.count + client.reply.lentBytes == count)
      sum += client.reply.lentBytes
    }
    return sum
  }

  @Test("only what the kernel sends as it is is lent: nothing to TLS, HTTP/2 and compression")
  func whole() async throws {
    let bytes = 1 << 20
    try await run(Self.origin(bytes), ramBytes: 16 << 20) { cache, lane in
      let paths = (0..<24).map { "/\($0)" }
      _ = await Self.lentBytes(paths, bytes, cache, on: lane) { _ in }
      await lane.wait { cache.process?.disk.figures?.pendingBytes == 0 }
      // Those that memory has no room for are read and compared first.
      for _ in 0..<2 {
        let others = await Self.lentBytes(paths, bytes, cache, on: lane) { _ in }
        #expect(others == 0)
      }
      let coded = await Self.lentBytes(paths, bytes, cache, on: lane) { client in
        client.sendsFiles = true
        client.exchange.facts.wantedCoding = .gzip
      }
      #expect(coded == 0)
      let lent = await Self.lentBytes(paths, bytes, cache, on: lane) { $0.sendsFiles = true }
      #expect(lent > 0)
    }
  }

  @Test("what another loop owns is lent as well, if its memory has no room for it")
  func otherOwner() async throws {
    let bytes = 1 << 20
    let loops = SharedLoops.group.loops
    try await run(Self.origin(bytes), ramBytes: 32 << 20, loops: loops) { cache, lane in
      let paths = (0..<48).map { "/\($0)" }
      for _ in 0..<3 {
        _ = await Self.lentBytes(paths, bytes, cache, on: lane) { _ in }
        await lane.wait { cache.process?.disk.figures?.pendingBytes == 0 }
      }
      let others = paths.filter { !cache.owns($0) }
      let lent = await Self.lentBytes(others, bytes, cache, on: lane) { $0.sendsFiles = true }
      #expect(lent > 0)
    }
  }

  @Test("slices are lent to who sends them, and each that the disk lacks is looked for once")
  func slices() async throws {
    let bytes = 32 << 20
    let origin = Self.origin(bytes)
    try await run(origin, ramBytes: 8 << 20) { cache, lane in
      // The whole is known then, and one slice of it.
      let part = await cache.send("GET", "/", [("Range", "bytes=0-9")])
      #expect(part.status == 206)
      await lane.wait { cache.process?.disk.figures?.pendingBytes == 0 }
      let before = cache.process?.disk.figures
      _ = await Self.lentBytes(["/"], bytes, cache, on: lane) { $0.sendsFiles = true }
      let count = bytes / (512 << 10)
      #expect(origin.count == count)
      let after = cache.process?.disk.figures
      #expect((after?.misses ?? 0) - (before?.misses ?? 0) == UInt64(count - 1))
      await lane.wait { cache.process?.disk.figures?.pendingBytes == 0 }
      for _ in 0..<2 {
        let others = await Self.lentBytes(["/"], bytes, cache, on: lane) { _ in }
        #expect(others == 0)
      }
      let lent = await Self.lentBytes(["/"], bytes, cache, on: lane) { $0.sendsFiles = true }
      #expect(lent > 0)
      #expect(origin.count == count)
    }
  }
}
