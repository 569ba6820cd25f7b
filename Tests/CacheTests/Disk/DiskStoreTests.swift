// What the store on disk promises.

import Primitives
import Storage
import Testing

@testable import Cache

@Suite("Cache on disk")
struct DiskStoreTests {
  @Test("a record is found as it was put, before its commit, after it, and after a restart")
  func findable() throws {
    let bench = try DiskBench()
    let record = bench.record(1, bytes: 200_000)
    bench.store.put(record)
    #expect(bench.find(1)?.isSame(as: record) == true)
    bench.commit()
    #expect(bench.find(1)?.isSame(as: record) == true)
    try bench.restart()
    #expect(bench.find(1)?.isSame(as: record) == true)
    #expect(bench.store.figures.stored.objects == 1)
    #expect(bench.store.figures.zones[DiskBench.zone(1)]?.objects == 1)
    #expect(bench.faults.total == 0)
  }

  @Test("what was not committed is gone after a restart, and nothing else")
  func uncommitted() throws {
    let bench = try DiskBench()
    bench.store.put(bench.record(1))
    bench.commit()
    bench.store.put(bench.record(2))
    bench.store.remove(DiskBench.digest(1), of: DiskBench.zone(1))
    #expect(bench.find(1) == nil)
    try bench.restart()
    #expect(bench.find(1) != nil)
    #expect(bench.find(2) == nil)
  }

  @Test("a record is not given to another zone")
  func foreign() throws {
    let bench = try DiskBench()
    bench.store.put(bench.record(1, zone: 1))
    bench.store.put(bench.record(2, zone: 2))
    #expect(bench.find(1, zone: 2) == nil)
    bench.commit()
    #expect(bench.find(1, zone: 2) == nil)
    #expect(bench.find(1, zone: 3) == nil)
    #expect(bench.find(1, zone: 1) != nil)
  }

  @Test(
    "of several variants the newest that suits is found; the seventeenth takes the oldest's place")
  func variants() throws {
    let bench = try DiskBench()
    for selection in 0..<17 as Range<UInt64> {
      bench.store.put(bench.record(1, selection: selection))
    }
    for _ in 0..<2 {
      bench.commit()
      let found = { (wanted: UInt64?) in
        bench.store.find(DiskBench.digest(1), for: DiskBench.zone(1)) {
          wanted == nil || $0.selection == wanted
        }
      }
      #expect(found(nil)?.selection == 16)
      #expect(found(1)?.isSame(as: bench.record(1, selection: 1)) == true)
      #expect(found(0) == nil)
      try bench.restart()
    }
    #expect(bench.store.figures.stored.objects == 16)
  }

  @Test("a new record replaces the one of its selection")
  func replacement() throws {
    let bench = try DiskBench()
    bench.store.put(bench.record(1, version: 1))
    bench.commit()
    let newer = bench.record(1, version: 2)
    bench.store.put(newer)
    #expect(bench.find(1)?.isSame(as: newer) == true)
    bench.commit()
    #expect(bench.find(1)?.isSame(as: newer) == true)
    #expect(bench.store.figures.stored.objects == 1)
  }

  @Test("new times are seen at once, and after a restart; the record is not written again")
  func touch() throws {
    let bench = try DiskBench()
    bench.store.put(bench.record(1))
    bench.commit()
    let written = bench.disk.state.withLock { $0.writtenBytes }
    let times = DiskTouch(
      selection: 0, receivedWall: WallTime(seconds: 1_900_000_000),
      expiresWall: WallTime(seconds: 1_900_000_060), sequence: 9)
    bench.store.touch(DiskBench.digest(1), times, of: DiskBench.zone(1))
    for _ in 0..<2 {
      let found = bench.find(1)
      #expect(found?.receivedWall == times.receivedWall)
      #expect(found?.expiresWall == times.expiresWall)
      #expect(found?.sequence == 9)
      bench.commit()
      try bench.restart()
    }
    #expect(bench.disk.state.withLock { $0.writtenBytes } == written)
  }

  @Test("all records of a zone are void at once, of others none; new ones are found")
  func removeAll() throws {
    let bench = try DiskBench()
    for number in 0..<20 as Range<UInt64> {
      bench.store.put(bench.record(number, zone: number % 2))
    }
    bench.commit()
    bench.store.put(bench.record(30, zone: 1))
    bench.store.removeAll(of: DiskBench.zone(1))
    #expect(bench.find(1, zone: 1) == nil)
    #expect(bench.find(30, zone: 1) == nil)
    #expect(bench.find(2, zone: 0) != nil)
    bench.store.put(bench.record(3, zone: 1, version: 2))
    for _ in 0..<2 {
      bench.commit()
      #expect(bench.find(1, zone: 1) == nil)
      #expect(bench.find(30, zone: 1) == nil)
      #expect(bench.find(2, zone: 0) != nil)
      #expect(bench.find(3, zone: 1)?.sequence == 2)
      try bench.restart()
    }
    #expect(bench.store.figures.zones[DiskBench.zone(1)]?.objects == 1)
  }

  @Test("a record that is too large is refused, and what was there before is not found instead")
  func tooLarge() throws {
    let bench = try DiskBench(segmentBytes: 4 << 20)
    bench.store.put(bench.record(1))
    bench.commit()
    bench.store.put(bench.record(1, version: 2, bytes: DiskLimits.bodyBytes + 1))
    #expect(bench.find(1) == nil)
    bench.commit()
    #expect(bench.find(1) == nil)
    #expect(bench.store.figures.refused == 1)
    let largest = bench.record(2, bytes: DiskLimits.bodyBytes)
    bench.store.put(largest)
    bench.commit()
    #expect(bench.find(2)?.isSame(as: largest) == true)
  }

  @Test("the queue is bounded, and one zone takes no more than half of what there is room for")
  func pendingBounds() throws {
    let bench = try DiskBench()
    let size = 1 << 20
    // Each record brings some bytes of its own with it.
    let half = DiskLimits.pendingBytes / 2 + size
    let kept = (0..<40 as Range<UInt64>).filter {
      bench.store.put(bench.record($0, zone: 1, bytes: size))
    }
    #expect(bench.store.figures.pendingBytes <= half)
    #expect(bench.store.figures.pendingBytes > half - 2 * size)
    #expect(kept.count < 35)
    #expect(bench.store.figures.dropped == 0, "whoever gives them up counts them")
    for zone in 2..<6 as Range<UInt64> {
      for number in 0..<40 as Range<UInt64> {
        bench.store.put(bench.record(zone * 100 + number, zone: zone, bytes: size))
      }
      #expect(bench.find(zone * 100, zone: zone) != nil)
    }
    #expect(bench.store.figures.pendingBytes <= DiskLimits.pendingBytes)
    bench.commit()
    #expect(bench.store.figures.pendingBytes == 0)
  }

  @Test("a zone that removes very much costs no other zone what it has")
  func manyRemovals() throws {
    let bench = try DiskBench()
    for zone in 1...2 as ClosedRange<UInt64> { bench.store.put(bench.record(zone, zone: zone)) }
    bench.commit()
    // As while the disk rests.
    for number in 0..<UInt64(DiskLimits.pendingChanges * 3) {
      bench.store.remove(DiskBench.digest(1_000 + number), of: DiskBench.zone(1))
    }
    bench.store.put(bench.record(3, zone: 2))
    bench.store.remove(DiskBench.digest(3), of: DiskBench.zone(2))
    #expect(bench.find(2, zone: 2) != nil)
    #expect(bench.find(3, zone: 2) == nil)
    #expect(bench.find(1, zone: 1) == nil, "its own goes instead")
    bench.commit()
    #expect(bench.find(2, zone: 2) != nil)
  }

  @Test("what nobody looks for is removed only while records of its zone would have room")
  func unfindable() throws {
    let bench = try DiskBench()
    bench.store.put(bench.record(1, zone: 1))
    bench.commit()
    let removed = (0..<UInt64(DiskLimits.pendingChanges)).filter {
      bench.store.removeUnfindable(DiskBench.digest(1_000 + $0), of: DiskBench.zone(1))
    }
    #expect(removed.count == DiskLimits.pendingChanges / 2)
    #expect(bench.find(1, zone: 1) != nil)
    bench.store.remove(DiskBench.digest(2), of: DiskBench.zone(1))
    #expect(bench.find(1, zone: 1) != nil, "there is room for what must be removed")
  }

  @Test("what was written is kept by nobody in the queue, though it never runs empty")
  func writtenAreLetGo() throws {
    var pending = PendingChanges()
    var next: UInt64 = 0
    /// Puts a record in the queue and tells of its body's memory.
    func put() -> () -> Bool {
      let storage = ByteStorage(capacity: 64 << 10)
      _ = storage.append(Array(repeating: 7, count: 64 << 10).span)
      next += 1
      let record = DiskRecord(
        digest: DiskBench.digest(next), zone: DiskBench.zone(1), selection: 0, sequence: 1,
        receivedWall: WallTime(seconds: 0), expiresWall: WallTime(seconds: 60), head: Bytes([1]),
        body: [Bytes(storage, offset: 0, count: storage.capacity)])
      let change = PendingChange(digest: record.digest, kind: .put(record, zone: 1))
      let isAdded = pending.add(change)
      #expect(isAdded)
      return { [weak storage] in storage != nil }
    }
    var isKept = (0..<100).map { _ in put() }
    for _ in 0..<20 {
      isKept += (0..<60).map { _ in put() }
      pending.finish(pending.take(withRecords: true)[...])
      #expect(!pending.isEmpty)
      // Everything that is in memory waits to be written.
      #expect(isKept.count { $0() } == pending.count)
    }
    #expect(pending.bytes <= DiskLimits.pendingBytes)
  }

  @Test("an index of another format or that is damaged is given up, and the cache begins empty")
  func damagedIndex() throws {
    let bench = try DiskBench()
    bench.store.put(bench.record(1))
    bench.commit()
    bench.store.index.environment.close()
    TestFolder.change(bench.folder.path + "/index/data.mdb") { bytes in
      for index in 0..<200 { bytes[index] ^= 0x55 }
    }
    try bench.restart()
    #expect(bench.faults[.discarded] == 1)
    #expect(bench.find(1) == nil)
    #expect(bench.disk.numbers() == [])
    bench.store.put(bench.record(2))
    bench.commit()
    #expect(bench.find(2) != nil)
  }

  @Test(
    "an index that was in use when the process was killed twice is checked, and given up if damaged"
  )
  func doubtfulIndex() throws {
    let bench = try DiskBench()
    for number in 0..<500 as Range<UInt64> { bench.store.put(bench.record(number)) }
    bench.commit()
    bench.store.index.environment.close()
    let index = bench.folder.path + "/index"
    // As two kills leave it: no mark of a proper closing, but one of doubt.
    TestFolder.change(index + "/closed") { $0 = [0] }
    TestFolder.change(index + "/doubt") { $0 = [] }
    TestFolder.change(index + "/data.mdb") { bytes in
      for page in 4..<(bytes.count / 4096) { bytes[page * 4096 + 4000] ^= 1 }
    }
    try bench.restart()
    #expect(bench.faults[.discarded] == 1)
    #expect(bench.find(1) == nil)
  }

  @Test("a segment whose file is gone costs its records only, and its entries go")
  func missingSegment() throws {
    let bench = try DiskBench(segmentBytes: 64 << 10)
    for number in 0..<200 as Range<UInt64> { bench.store.put(bench.record(number)) }
    bench.commit()
    let segments = bench.disk.numbers()
    #expect(segments.count > 3)
    bench.disk.remove(segments[1])
    try bench.restart()
    #expect(bench.faults[.missing] == 1)
    bench.commit()
    let found = (0..<200 as Range<UInt64>).filter { bench.find($0) != nil }.count
    #expect(found > 100 && found < 200)
    #expect(bench.store.figures.stored.objects == found)
    #expect(bench.store.figures.zones[DiskBench.zone(1)]?.objects == found)
  }
}
