// Which parent is asked first.

import Testing

@testable import Tiers

@Suite("The order of parents")
struct ParentOrderTests {
  @Test("as in the file until they are measured, then nearest first")
  func order() {
    var parents = ParentOrder(4)
    #expect(parents.order == [0, 1, 2, 3])
    parents.measured([nil, nil, nil, nil])
    #expect(parents.order == [0, 1, 2, 3])
    parents.measured([nil, 30, 20, nil])
    #expect(parents.order == [2, 1, 0, 3])
  }

  @Test("another takes the first place only if it is nearer by a fifth")
  func hysteresis() {
    var parents = ParentOrder(2)
    for (first, second, expected) in [
      (1_000, 801, [0, 1]), (1_000, 800, [0, 1]), (1_000, 799, [1, 0]),
      (700, 799, [1, 0]), (640, 799, [1, 0]), (630, 799, [0, 1]),
    ] as [(UInt64, UInt64, [Int])] {
      parents.measured([first * 1_000, second * 1_000])
      #expect(parents.order == expected, "\(first) and \(second)")
    }
  }

  @Test("round trips that waver by less change nothing")
  func wavering() {
    var parents = ParentOrder(3)
    parents.measured([100_000, 50_000, 120_000])
    let before = parents
    for step in 0..<1_000 as Range<UInt64> {
      let wave = step * 7_919 % 100
      parents.measured([46_000 + wave * 100, 46_000 + (wave * 31) % 100 * 100, 120_000])
      #expect(parents == before)
    }
  }

  @Test("who gets no requests any more makes room at once, and who is alone stays")
  func gone() {
    var parents = ParentOrder(2)
    parents.measured([100, 10_000])
    parents.measured([nil, 10_000])
    #expect(parents.order == [1, 0])
    var alone = ParentOrder(1)
    alone.measured([5])
    #expect(alone.order == [0])
    var none = ParentOrder(0)
    none.measured([])
    #expect(none.order.isEmpty)
  }
}
