// Keys whose requests do not wait for each other.

import Primitives
import Testing

@testable import Cache

@Suite("Markers of keys that can't be shared")
struct MarkerTests {
  private static let now = Instant(nanoseconds: 1_000_000_000)
  private static let later = now + .seconds(10)
  private static let (first, second) = (ZoneID(high: 0, low: 1), ZoneID(high: 0, low: 2))

  private static func hashes(_ count: Int, seed: UInt64) -> [UInt64] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in generator.next() }
  }

  @Test("a marker holds for its time, for its key alone, and until it is cleared")
  func holds() {
    var table = MarkerTable()
    table.mark(7, of: Self.first, until: Self.later, at: Self.now)
    #expect(table.mark(of: 7, at: Self.now) == Self.later)
    #expect(!table.isMarked(7, at: Self.later))
    #expect(!table.isMarked(7 + UInt64(CacheLimits.markerSlots), at: Self.now))
    #expect(!table.isMarked(0, at: Self.now))
    table.mark(7, of: Self.first, until: Self.later + .seconds(1), at: Self.now)
    #expect(table.isMarked(7, at: Self.later))
    table.clear(7)
    #expect(!table.isMarked(7, at: Self.now))
  }

  @Test("a thousand keys are marked side by side")
  func many() {
    var table = MarkerTable()
    let hashes = Self.hashes(1000, seed: 1)
    for hash in hashes { table.mark(hash, of: Self.first, until: Self.later, at: Self.now) }
    #expect(hashes.allSatisfy { table.isMarked($0, at: Self.now) })
  }

  private static func zone(_ number: UInt64) -> ZoneID { ZoneID(high: 0, low: number) }

  /// A table of one hash's slots, each taken by a marker of one of `zones`; the first is over last.
  private static func full(_ zones: [ZoneID]) -> MarkerTable {
    var table = MarkerTable(slots: zones.count)
    for (index, zone) in zones.enumerated() {
      table.mark(
        UInt64(index + 1), of: zone, until: later + .milliseconds(8 - index), at: now)
    }
    return table
  }

  private static func marked(_ keys: ClosedRange<UInt64>, in table: MarkerTable) -> [UInt64] {
    keys.filter { table.isMarked($0, at: now) }
  }

  @Test("a zone without a marker takes a place of the zone with most")
  func most() {
    // Keys 4 to 6 are the zone's that has most; that of key 8 is over first.
    var table = Self.full([1, 1, 2, 3, 3, 3, 4, 4].map(Self.zone))
    table.mark(9, of: Self.zone(5), until: Self.later, at: Self.now)
    #expect(Self.marked(1...9, in: table) == [1, 2, 3, 4, 5, 7, 8, 9])
    // Now three have two: the one that is over first goes.
    table.mark(10, of: Self.zone(6), until: Self.later, at: Self.now)
    #expect(Self.marked(1...10, in: table) == [1, 2, 3, 4, 5, 7, 9, 10])
  }

  @Test("a zone that has grown into free places gives them back, one for each zone that comes")
  func grown() {
    var table = Self.full(Array(repeating: Self.zone(1), count: 8))
    for number in 2...8 as ClosedRange<UInt64> {
      table.mark(number + 7, of: Self.zone(number), until: Self.later, at: Self.now)
      #expect(Self.marked(1...8, in: table).count == 9 - Int(number))
      #expect(Self.marked(9...15, in: table).count == Int(number) - 1)
    }
    // It stays at its share, with as many keys as it likes.
    for key in 100...200 as ClosedRange<UInt64> {
      table.mark(key, of: Self.zone(1), until: Self.later + .seconds(1), at: Self.now)
    }
    #expect(Self.marked(9...15, in: table).count == 7)
    #expect(Self.marked(100...200, in: table) == [200])
  }

  @Test(
    "a zone with very many keys leaves the others seven of eight markers, and its own places go to them"
  )
  func bounded() {
    var table = MarkerTable()
    let others = Self.hashes(CacheLimits.markerSlots, seed: 1)
    for hash in others { table.mark(hash, of: Self.first, until: Self.later, at: Self.now) }
    let before = others.count { table.isMarked($0, at: Self.now) }
    for hash in Self.hashes(200_000, seed: 2) {
      table.mark(hash, of: Self.second, until: Self.later + .seconds(1), at: Self.now)
    }
    let after = others.count { table.isMarked($0, at: Self.now) }
    #expect(after >= before * 7 / 8)
    let new = Self.hashes(100, seed: 3)
    for hash in new {
      table.mark(hash, of: Self.first, until: Self.later + .seconds(1), at: Self.now)
    }
    #expect(new.allSatisfy { table.isMarked($0, at: Self.now) })
  }
}
