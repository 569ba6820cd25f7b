// Short copies that share one block in turn.

import Primitives
import Testing

@Suite("Spare blocks") struct SpareBlockTests {
  @Test("a block is used again when nobody has the last copy") func usedAgain() {
    var spare = SpareBlock()
    _ = spare.copy([1, 2, 3, 4].span)
    let second = spare.copy([5, 6, 7].span)
    #expect(second.array() == [5, 6, 7])
    #expect(second.retainedBytes == 4)
  }

  @Test("what somebody has never changes") func immutable() {
    var spare = SpareBlock()
    let first = spare.copy([1, 2, 3, 4].span)
    let second = spare.copy([5, 6, 7, 8].span)
    #expect(first.array() == [1, 2, 3, 4])
    #expect(second.array() == [5, 6, 7, 8])
  }

  @Test("a copy keeps less than twice its length") func slack() {
    var spare = SpareBlock()
    _ = spare.copy([UInt8](repeating: 1, count: 1_000).span)
    #expect(spare.copy([UInt8](repeating: 2, count: 500).span).retainedBytes == 500)
    #expect(spare.copy([UInt8](repeating: 3, count: 251).span).retainedBytes == 500)
    #expect(spare.copy([UInt8]().span).isEmpty)
  }
}
