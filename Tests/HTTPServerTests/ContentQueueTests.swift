// Received content in its order, whatever the pieces, in bounded memory.

import Exchange
import Primitives
import Testing

@Suite("Content that waits for its reader") struct ContentQueueTests {
  @Test("single bytes lie in a logarithm of blocks, which take at most twice their memory")
  func singleBytes() {
    var queue = ContentQueue()
    for count in 1...300_000 {
      queue.append([UInt8(truncatingIfNeeded: count)].span)
      if count.isMultiple(of: 1_000) { #expect(queue.retainedBytes <= 2 * count) }
    }
    let pieces = queue.takeAll()
    #expect(pieces.count <= 22)
    #expect(pieces.reduce(0) { $0 + $1.count } == 300_000)
    #expect(queue.isEmpty && queue.takeFirst() == nil && queue.retainedBytes == 0)
  }

  @Test("content that is taken as it comes has a block of its own size")
  func ownBlocks() {
    var queue = ContentQueue()
    for count in [1, 100, 70_000, 3] {
      queue.append(Array(repeating: 7, count: count).span)
      #expect(queue.retainedBytes == count)
      #expect(queue.takeFirst()?.retainedBytes == count)
    }
  }

  @Test("bytes come out as they went in, however they are cut")
  func order() {
    var queue = ContentQueue()
    var (sent, taken) = (0, 0)
    var isInOrder = true
    for step in 1...2_000 {
      let piece = (0..<(step * 7_919 % 5_003)).map { UInt8(truncatingIfNeeded: sent + $0) }
      sent += piece.count
      queue.append(piece.span)
      guard step.isMultiple(of: 3), let block = queue.takeFirst() else { continue }
      for byte in block.array() {
        isInOrder = isInOrder && byte == UInt8(truncatingIfNeeded: taken)
        taken += 1
      }
      #expect(queue.count == sent - taken)
    }
    #expect(isInOrder)
  }
}
