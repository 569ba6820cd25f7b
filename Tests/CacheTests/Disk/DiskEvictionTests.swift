// Who loses what when the disk is full.

import Primitives
import Storage
import Testing

@testable import Cache

@Suite("Eviction from the disk")
struct DiskEvictionTests {
  /// A bench whose quota is used up soon.
  private func bench() throws -> DiskBench {
    try DiskBench(quotaBytes: 8 << 20, segmentBytes: 128 << 10)
  }

  /// Asks for an object and stores it on a miss, as a cache does; says whether it was a hit.
  private func request(_ bench: DiskBench, _ number: UInt64, zone: UInt64) -> Bool {
    if bench.find(number, zone: zone) != nil { return true }
    bench.store.put(bench.record(number, zone: zone))
    if bench.store.pending.withLock({ $0.count }) >= 50 { bench.commit() }
    return false
  }

  @Test("the quota holds, index and all, and after it shrank")
  func quota() throws {
    let bench = try bench()
    for number in 0..<20_000 as Range<UInt64> {
      bench.fill(bench.record(number / 2, bytes: 2_000))
      if number % 50 == 0 {
        bench.commit()
        let figures = bench.store.figures
        #expect(figures.segmentBytes + figures.indexBytes <= 8 << 20)
      }
    }
    bench.commit()
    #expect(bench.store.figures.segmentBytes > 4 << 20)
    try bench.restart(quotaBytes: 4 << 20)
    bench.commit()
    let figures = bench.store.figures
    #expect(figures.segmentBytes + figures.indexBytes <= 4 << 20)
    #expect(bench.find(9_990) != nil)
    #expect(bench.find(1) == nil)
  }

  @Test("a scan by one zone of ten times the quota costs another zone none of its hits")
  func scan() throws {
    let bench = try bench()
    // The quiet zone has 1,500 objects, about a quarter of what fits.
    for number in 0..<1_500 as Range<UInt64> { _ = request(bench, number, zone: 1) }
    bench.commit()
    var random = SplitMix64(seed: 5)
    var scanned: UInt64 = 1_000_000
    var hits = 0
    for round in 0..<80_000 {
      _ = request(bench, scanned, zone: 2)
      scanned += 1
      guard round % 20 == 0 else { continue }
      let wanted = UInt64.random(in: 0..<1_500, using: &random)
      if request(bench, wanted, zone: 1) { hits += 1 }
    }
    #expect(hits == 4_000)
    // After the disk was full nothing of the scan was written: it asks for everything once.
    #expect(bench.store.figures.refused > 60_000)
    #expect(bench.disk.state.withLock { $0.writtenBytes } < 20 << 20)
  }

  @Test(
    "a scan that asks for everything twice costs another zone within its share none of its hits")
  func doubleScan() throws {
    let bench = try bench()
    for number in 0..<1_500 as Range<UInt64> { _ = request(bench, number, zone: 1) }
    bench.commit()
    var random = SplitMix64(seed: 6)
    var scanned: UInt64 = 1_000_000
    var hits = 0
    for round in 0..<40_000 {
      _ = request(bench, scanned, zone: 2)
      if !request(bench, scanned, zone: 2) { _ = request(bench, scanned, zone: 2) }
      scanned += 1
      guard round % 20 == 0 else { continue }
      if request(bench, UInt64.random(in: 0..<1_500, using: &random), zone: 1) { hits += 1 }
    }
    #expect(hits == 2_000)
    #expect(bench.store.figures.evicted > 20_000)
  }

  @Test("what was read since it was written stays, what was not goes")
  func heat() throws {
    let bench = try bench()
    var popular: [UInt64] = []
    for number in 0..<20_000 as Range<UInt64> {
      bench.fill(bench.record(number))
      _ = bench.find(number)
      if number % 100 == 0, popular.count < 20 { popular.append(number) }
      if number % 50 == 0 {
        bench.commit()
        for number in popular { #expect(bench.find(number) != nil) }
      }
    }
    #expect(bench.store.figures.reinserted > 20)
    #expect(bench.find(150) == nil)
  }

  @Test("what expired long ago goes, read or not")
  func expired() throws {
    let bench = try bench()
    for number in 0..<500 as Range<UInt64> { bench.fill(bench.record(number)) }
    bench.commit()
    bench.wall = WallTime(seconds: bench.wall.seconds + 3_600 + DiskLimits.staleSeconds)
    for number in 1_000..<20_000 as Range<UInt64> {
      if number % 50 == 0 {
        bench.commit()
        _ = bench.find(number % 500)
      }
      bench.fill(bench.record(number))
      _ = bench.find(number)
    }
    bench.commit()
    #expect((0..<500 as Range<UInt64>).allSatisfy { bench.find($0) == nil })
  }

  @Test("a zone of twice the weight keeps more, close to twice as much")
  func weights() throws {
    let bench = try bench()
    bench.store.setWeight(2, of: DiskBench.zone(1))
    for number in 0..<40_000 as Range<UInt64> {
      let zone = 1 + number % 2
      bench.fill(bench.record(number, zone: zone))
      if number % 50 == 0 { bench.commit() }
    }
    bench.commit()
    let zones = bench.store.figures.zones
    let first = zones[DiskBench.zone(1)]?.bytes ?? 0
    let second = zones[DiskBench.zone(2)]?.bytes ?? 0
    #expect(first * 10 > second * 15 && first * 10 < second * 25, "\(first) and \(second)")
  }
}
