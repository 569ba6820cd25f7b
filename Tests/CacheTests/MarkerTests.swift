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
    var generator = SeededGenerator(state: seed)
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
