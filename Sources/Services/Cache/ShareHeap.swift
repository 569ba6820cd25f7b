// Which zone is most above its share.

/// An indexed binary heap of zones by bytes per unit of weight, the largest first: O(1) to ask,
/// O(log zones) to change.
struct ShareHeap {
  private var heap: [Int32] = []
  private var entries: [Entry] = []

  /// One zone and its place in the heap; -1 when it is not there.
  private struct Entry {
    var bytes = 0
    var weight = 1
    var position: Int32 = -1
  }

  init() {}

  /// The zone most above its share; nil if no zone has bytes.
  var largest: Int32? { heap.first }

  func bytes(of zone: Int32) -> Int {
    Int(zone) < entries.count ? entries[Int(zone)].bytes : 0
  }

  mutating func setWeight(_ weight: Int, of zone: Int32) {
    precondition(weight > 0)
    reserve(zone)
    entries[Int(zone)].weight = weight
    if entries[Int(zone)].position >= 0 { settle(Int(entries[Int(zone)].position)) }
  }

  /// Adds to the bytes of `zone`; a zone without bytes is not in the heap.
  mutating func add(_ bytes: Int, to zone: Int32) {
    reserve(zone)
    entries[Int(zone)].bytes += bytes
    precondition(entries[Int(zone)].bytes >= 0)
    let position = Int(entries[Int(zone)].position)
    if entries[Int(zone)].bytes == 0 {
      if position >= 0 { remove(at: position) }
    } else if position >= 0 {
      settle(position)
    } else {
      entries[Int(zone)].position = Int32(heap.count)
      heap.append(zone)
      settle(heap.count - 1)
    }
  }

  private mutating func reserve(_ zone: Int32) {
    while entries.count <= Int(zone) { entries.append(Entry()) }
  }

  private mutating func remove(at position: Int) {
    let last = heap.count - 1
    swap(position, last)
    entries[Int(heap.removeLast())].position = -1
    if position < last { settle(position) }
  }

  private mutating func settle(_ start: Int) {
    var position = start
    while position > 0, isAbove(position, (position - 1) / 2) {
      swap(position, (position - 1) / 2)
      position = (position - 1) / 2
    }
    while true {
      var top = position
      for child in [2 * position + 1, 2 * position + 2]
      where child < heap.count && isAbove(child, top) { top = child }
      if top == position { return }
      swap(position, top)
      position = top
    }
  }

  private func isAbove(_ a: Int, _ b: Int) -> Bool {
    let first = entries[Int(heap[a])]
    let second = entries[Int(heap[b])]
    return first.bytes * second.weight > second.bytes * first.weight
  }

  private mutating func swap(_ a: Int, _ b: Int) {
    heap.swapAt(a, b)
    entries[Int(heap[a])].position = Int32(a)
    entries[Int(heap[b])].position = Int32(b)
  }
}
