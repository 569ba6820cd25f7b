// What faults of the disk cost: the records concerned, and nothing else.

import Primitives
import Storage
import Testing

@testable import Cache

@Suite("Faults of the disk")
struct DiskFaultTests {
  @Test("a flipped bit anywhere in a record costs that record, and no byte of it is given away")
  func everyBit() throws {
    let bench = try DiskBench()
    let record = bench.record(1, bytes: 200)
    let other = bench.record(2, bytes: 200)
    bench.store.put(record)
    bench.commit()
    let number = bench.disk.numbers()[0]
    let length = DiskRecordHeader.bytes + record.head.count + 200
    for index in 0..<length {
      bench.store.put(record)
      bench.store.put(other)
      bench.commit()
      // The newest copies lie at the end, one after the other.
      let size = DiskRecordHeader.recordBytes(head: record.head.count, body: 200)
      bench.disk.state.withLock { state in
        let end = state.contents[number]?.count ?? 0
        state.contents[number]?[end - 2 * size + index] ^= 1 << UInt8(index % 8)
      }
      #expect(bench.find(1) == nil, "byte \(index)")
      #expect(bench.find(2)?.isSame(as: other) == true)
    }
    #expect(bench.faults.total == length)
    #expect(bench.store.figures.readFaults == UInt64(length))
    bench.commit()
    #expect(bench.store.figures.stored.objects == 1)
  }

  @Test("a read that fails costs its record, which is not asked for again")
  func failingRead() throws {
    let bench = try DiskBench()
    bench.store.put(bench.record(1))
    bench.store.put(bench.record(2))
    bench.commit()
    bench.disk.setFaults(.init(reading: 1))
    #expect(bench.find(1) == nil)
    bench.disk.setFaults(.init())
    #expect(bench.find(1) == nil)
    #expect(bench.find(2) != nil)
    #expect(bench.faults[.reading] == 1)
    bench.commit()
    #expect(bench.store.figures.stored.objects == 1)
  }

  @Test("a full disk stops writing for a while, gives the oldest segment up, and reading goes on")
  func full() throws {
    let bench = try DiskBench(segmentBytes: 64 << 10)
    for number in 0..<300 as Range<UInt64> { bench.store.put(bench.record(number)) }
    #expect(bench.commit())
    let used = bench.disk.state.withLock { $0.contents.values.reduce(0) { $0 + $1.count } }
    let segments = bench.disk.numbers().count
    bench.disk.setFaults(.init(capacityBytes: used + 500))
    bench.store.put(bench.record(1_000))
    #expect(!bench.commit())
    #expect(bench.faults[.full] == 1)
    #expect(bench.disk.numbers().count == segments - 1)
    #expect(bench.find(1_000) == nil)
    #expect(bench.find(299) != nil)
    #expect(bench.find(0) == nil)
    bench.store.put(bench.record(1_001))
    #expect(!bench.commit())
    bench.now = bench.now + DiskLimits.restWhenFull
    #expect(bench.commit())
    #expect(bench.find(1_001) != nil)
    let found = (0..<300 as Range<UInt64>).filter { bench.find($0) != nil }.count
    #expect(bench.store.figures.stored.objects == found + 1)
  }

  @Test("failures to write cost the records of their commit; the rest after them grows")
  func failingWrites() throws {
    let bench = try DiskBench()
    bench.store.put(bench.record(1))
    bench.commit()
    var rests: [UInt64] = []
    for round in 0..<8 as Range<UInt64> {
      bench.disk.setFaults(
        .init(writing: round % 2 == 0 ? 1 : 0, synchronising: round % 2 == 1 ? 1 : 0))
      bench.store.put(bench.record(1, version: 2 + round))
      guard case .rest(let end) = bench.writer.turn(now: bench.now, wall: bench.wall) else {
        Issue.record("a failure without a rest")
        return
      }
      rests.append(end.nanoseconds(since: bench.now) / 1_000_000_000)
      bench.now = end
      #expect(bench.find(1) == nil)
    }
    #expect(rests == [1, 2, 4, 8, 16, 32, 60, 60])
    bench.disk.setFaults(.init())
    bench.store.put(bench.record(1, version: 20))
    #expect(bench.commit())
    try bench.restart()
    #expect(bench.find(1)?.sequence == 20)
  }

  @Test("damage in a segment that is evicted costs the damaged records")
  func damageAtEviction() throws {
    let bench = try DiskBench(quotaBytes: 2 << 20, segmentBytes: 128 << 10)
    for number in 0..<3_000 as Range<UInt64> {
      bench.fill(bench.record(number))
      // Asked for again, so that it stays.
      if number % 50 == 49 {
        bench.commit()
        for recent in (number - 20)...number { _ = bench.find(recent) }
        bench.disk.flip()
      }
    }
    bench.commit()
    #expect(bench.store.figures.evicted > 100)
    #expect(bench.store.figures.reinserted > 100)
    var found = 0
    for number in 0..<3_000 as Range<UInt64> {
      guard let record = bench.find(number) else { continue }
      found += 1
      #expect(record.isSame(as: bench.record(number)))
    }
    bench.commit()
    #expect(found > 100)
    #expect(bench.store.figures.stored.objects == found)
  }
}
