// What was purged leaves the disk with its segment.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite("Purged records on the disk")
struct JudgeTests {
  /// Has the records of odd digests purged, once it is asked to.
  private final class OddJudge: RecordJudge {
    let isOn = Guarded(false)
    let judged = Guarded(0)

    func hasPurges(of zone: ZoneID, since sequence: UInt64) -> Bool { isOn.withLock { $0 } }
    func isVoid(head: Span<UInt8>, of zone: ZoneID, since sequence: UInt64) -> Bool {
      judged.withLock { $0 += 1 }
      // "head of 12 0 1": see `DiskBench.record`.
      var bytes: [UInt8] = []
      for index in 0..<head.count { bytes.append(head[index]) }
      let number = String(decoding: bytes, as: UTF8.self).split(separator: " ")[2]
      return UInt64(number).map { $0 % 2 == 1 } ?? false
    }
  }

  /// Takes everything, and says of what.
  private final class TestHeir: RecordHeir {
    let taken = Guarded<Set<DiskDigest>>([])

    func wants(_ bytes: Int, of zone: ZoneID) -> Bool { true }
    func wants(head: Span<UInt8>) -> Bool { true }
    func take(_ record: DiskRecord) { taken.withLock { _ = $0.insert(record.digest) } }
    func forget(_ record: DiskRecord) { taken.withLock { _ = $0.remove(record.digest) } }
  }

  @Test("a purged record goes with its segment however much it was read, and nobody inherits it")
  func evicted() throws {
    let (judge, heir, reference) = (OddJudge(), TestHeir(), RecordJudgeReference())
    reference.set(judge)
    let bench = try DiskBench(
      quotaBytes: 8 << 20, segmentBytes: 128 << 10, heir: heir, judge: reference)
    let popular = (0..<40 as Range<UInt64>).map { $0 }
    func fill(_ numbers: Range<UInt64>) {
      for number in numbers {
        bench.fill(bench.record(number))
        guard number % 50 == 0 else { continue }
        bench.commit()
        for number in popular { _ = bench.find(number) }
      }
    }
    fill(0..<10_000)
    #expect(popular.allSatisfy { bench.find($0) != nil } && judge.judged.withLock { $0 } == 0)
    let evicted = bench.store.figures.evicted
    judge.isOn.withLock { $0 = true }
    heir.taken.withLock { $0 = [] }
    fill(10_000..<30_000)
    for number in popular { #expect((bench.find(number) != nil) == (number % 2 == 0)) }
    #expect(bench.store.figures.evicted > evicted + 10_000)
    let taken = heir.taken.withLock { $0 }
    #expect(taken.count > 5_000)
    for number in 0..<30_000 as Range<UInt64> where number % 2 == 1 {
      #expect(!taken.contains(DiskBench.digest(number)))
    }
  }

  @Test("records are judged by their key's URL, host and prefix, and by their tags")
  func judged() {
    let cache = TestCache(TestOrigin([]))
    let zone = cache.group.zone(cache.zone)
    let tag = PurgeHash.tag(Array("a".utf8).span)
    func isVoid(_ path: String, _ tags: [UInt64], since sequence: UInt64 = 0) -> Bool {
      var head = StoredHead(
        status: 200, fields: StoredFields(FieldBlock()),
        freshness: Freshness(
          receivedAt: SystemClock.monotonic, initialAgeSeconds: 0, lifetimeSeconds: 60),
        noCache: false, forbidsStale: false, isSharedLifetime: false, isImmutable: false,
        staleWhileRevalidate: nil, staleIfError: nil, lastModified: nil,
        selection: VarySelection(), browserSeconds: nil, replaced: nil, stripsSetCookie: false)
      head.tags = tags
      let key = CacheKey.bytes(
        zone: zone.id, scheme: .https, authority: Array("a.example".utf8), path: Array(path.utf8))
      let bytes = RecordHead(head, nil).bytes(CacheKey.identity(of: key))
      return cache.group.isVoid(head: bytes.span, of: zone.id, since: sequence)
    }
    #expect(!cache.group.hasPurges(of: zone.id, since: 0) && !isVoid("/x", [tag]))
    cache.purge([.tag(tag)])
    #expect(cache.group.hasPurges(of: zone.id, since: 0))
    #expect(!cache.group.hasPurges(of: zone.id, since: 1))
    #expect(isVoid("/x", [1, tag]) && !isVoid("/x", [1]) && !isVoid("/x", [tag], since: 1))
    cache.purge([cache.url("/x"), .prefix(Array("a.example/p/".utf8))])
    #expect(isVoid("/x", []) && isVoid("/p/1", []) && !isVoid("/p", []))
    cache.purge([.host(PurgeHash.host(Array("a.example".utf8).span))], isSoft: true)
    #expect(!isVoid("/y", []))
    cache.purge()
    #expect(isVoid("/y", []) && !isVoid("/y", [], since: 4))
    #expect(!cache.group.hasPurges(of: ZoneID(high: 9, low: 9), since: 0))
    let isVoid = cache.group.isVoid(head: [1, 2, 3].span, of: zone.id, since: 0)
    #expect(!isVoid)
  }
}
