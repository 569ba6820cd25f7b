// One entry of a page.

/// An entry of a branch or leaf page, as ranges in the page's bytes.
struct PageNode {
  let flags: UInt64
  let key: Range<Int>

  /// The page below (branch pages).
  let child: UInt64

  /// The record's length (leaf pages).
  let dataBytes: Int

  /// What the page holds of the record: all, or the number of the page where it starts.
  let value: Range<Int>

  /// Reads the entry at `offset`; nil if it reaches beyond `page`.
  init?(_ page: Span<UInt8>, at offset: Int, isLeaf: Bool) {
    guard offset + PageFormat.nodeBytes <= page.count else { return nil }
    let low = page.integer(at: offset, bytes: 2) | page.integer(at: offset + 2, bytes: 2) << 16
    let upper = page.integer(at: offset + 4, bytes: 2)
    let start = offset + PageFormat.nodeBytes
    let end = start + Int(page.integer(at: offset + 6, bytes: 2))
    guard end <= page.count else { return nil }
    key = start..<end
    flags = isLeaf ? upper : 0
    child = low | upper << 32
    dataBytes = Int(low)
    guard isLeaf else {
      value = end..<end
      return
    }
    let held = upper & PageFormat.nodeOverflow != 0 ? 8 : Int(low)
    guard held <= page.count - end else { return nil }
    value = end..<end + held
  }
}

extension PageWalk.Tree {
  /// Whether `first` comes before `second` in this tree's order.
  func isOrdered(_ page: Span<UInt8>, _ first: Range<Int>, _ second: Range<Int>) -> Bool {
    if case .freeList = kind {
      // Keys are transaction numbers.
      guard first.count == 8, second.count == 8 else { return false }
      return page.integer(at: first.lowerBound, bytes: 8)
        < page.integer(at: second.lowerBound, bytes: 8)
    }
    for index in 0..<min(first.count, second.count) {
      let left = page[first.lowerBound + index]
      let right = page[second.lowerBound + index]
      if left != right { return left < right }
    }
    return first.count < second.count
  }
}
