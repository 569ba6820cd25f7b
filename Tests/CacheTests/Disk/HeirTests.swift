// Who is offered what the disk lets go.

import Primitives
import Testing

@testable import Cache

@Suite("What the disk gives its heir")
struct HeirTests {
  /// Takes everything, and says of what.
  private final class TestHeir: RecordHeir {
    let taken = Guarded<Set<DiskDigest>>([])
    /// Called for each record that it takes.
    let whenTaken = Guarded<(@Sendable (DiskRecord) -> Void)?>(nil)

    func wants(_ bytes: Int, of zone: ZoneID) -> Bool { true }
    func wants(head: Span<UInt8>) -> Bool { true }
    func take(_ record: DiskRecord) {
      taken.withLock { _ = $0.insert(record.digest) }
      whenTaken.withLock { $0 }?(record)
    }
    func forget(_ record: DiskRecord) { taken.withLock { _ = $0.remove(record.digest) } }
  }

  /// A full disk in the midst of an eviction that has given the heir something; the number of records
  /// that were put.
  private func fill(_ bench: DiskBench, _ heir: TestHeir) -> UInt64 {
    var number: UInt64 = 0
    while number < 40_000 {
      for _ in 0..<200 {
        bench.fill(bench.record(number, bytes: 400))
        number += 1
      }
      _ = bench.writer.turn(now: bench.now, wall: bench.wall)
      if bench.writer.eviction != nil, !heir.taken.withLock({ $0.isEmpty }) { break }
    }
    heir.taken.withLock { $0 = [] }
    return number
  }

  @Test("a record whose removal waits is not given away")
  func removed() throws {
    let heir = TestHeir()
    let bench = try DiskBench(quotaBytes: 12 << 20, segmentBytes: 2 << 20, heir: heir)
    let count = fill(bench, heir)
    #expect(bench.writer.eviction != nil)
    for number in 0..<count {
      bench.store.remove(DiskBench.digest(number), of: DiskBench.zone(1))
    }
    #expect(bench.find(count - 1) == nil && bench.store.figures.dropped == 0)
    for _ in 0..<3 { _ = bench.writer.turn(now: bench.now, wall: bench.wall) }
    #expect(heir.taken.withLock { $0.isEmpty })
  }

  @Test("a record that is removed while it is given away is forgotten again")
  func removedMeanwhile() throws {
    let heir = TestHeir()
    let bench = try DiskBench(quotaBytes: 12 << 20, segmentBytes: 2 << 20, heir: heir)
    _ = fill(bench, heir)
    let calls = Guarded(0)
    let store = bench.store
    heir.whenTaken.withLock {
      $0 = { record in
        calls.withLock { $0 += 1 }
        store.remove(record.digest, of: record.zone)
      }
    }
    for _ in 0..<3 { _ = bench.writer.turn(now: bench.now, wall: bench.wall) }
    #expect(calls.withLock { $0 } > 0)
    #expect(heir.taken.withLock { $0.isEmpty })
    heir.whenTaken.withLock { $0 = nil }
  }
}
