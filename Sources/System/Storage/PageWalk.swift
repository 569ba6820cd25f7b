// The walk over every page that a file's header reaches.

/// Walks the trees of a file and notes what is damaged: numbers, bounds, order, double use, the
/// checksum of every record, and a free list that names pages in use.
struct PageWalk {
  private(set) var damages: [StorageDamage] = []
  private(set) var records = 0
  private(set) var pages = 0

  private let geometry: StorageGeometry
  private var used: [UInt64]

  init(_ geometry: StorageGeometry) {
    self.geometry = geometry
    used = Array(repeating: 0, count: geometry.filePages / 64 + 1)
    used[0] = 0b11
  }

  mutating func walk(_ file: borrowing OpenFile) throws(StorageError) {
    var free: [UInt64] = []
    try walk(Tree(kind: .freeList, root: geometry.freeTree), file) { _, record in
      for index in 0..<(record.count / 8) { free.append(record.integer(at: index * 8, bytes: 8)) }
    }
    try walk(Tree(kind: .main, root: geometry.mainTree), file) { _, _ in }
    var seen: Set<UInt64> = []
    for page in free {
      if isUsed(page) { note("page \(page)", "is in use and in the list of free pages") }
      if !seen.insert(page).inserted { note("page \(page)", "is twice in the list of free pages") }
    }
  }

  // MARK: - Trees

  /// A tree and what its records are.
  struct Tree {
    let kind: Kind
    let root: TreeRoot

    /// What the records of a tree are.
    enum Kind {
      case freeList, main
      case table(String)
    }
  }

  private typealias Visitor = (_ key: Span<UInt8>, _ record: Span<UInt8>) -> Void

  private mutating func walk(
    _ tree: Tree, _ file: borrowing OpenFile, _ visit: Visitor
  ) throws(StorageError) {
    guard !tree.root.isEmpty else { return }
    var entries: UInt64 = 0
    try walkPage(tree.root.root, depth: 1, tree, file, &entries, visit)
    if entries != tree.root.entries, damages.isEmpty {
      note(place(tree), "has \(entries) entries and claims \(tree.root.entries)")
    }
  }

  private mutating func walkPage(
    _ number: UInt64, depth: Int, _ tree: Tree, _ file: borrowing OpenFile,
    _ entries: inout UInt64, _ visit: Visitor
  ) throws(StorageError) {
    guard damages.count < StorageLimits.damagesListed else { return }
    guard depth <= tree.root.depth else {
      return note("page \(number)", "is deeper than its tree claims to be")
    }
    guard let page = try page(number, file) else { return }
    let bytes = page.span
    let flags = bytes.integer(at: PageFormat.flagsOffset, bytes: 2)
    let isLeaf = depth == tree.root.depth
    guard flags == (isLeaf ? PageFormat.leaf : PageFormat.branch) else {
      return note("page \(number)", "is no \(isLeaf ? "leaf" : "branch") page")
    }
    guard let nodes = nodes(of: bytes, isLeaf: isLeaf) else {
      return note("page \(number)", "has impossible bounds")
    }
    var previous: Range<Int>?
    for (index, offset) in nodes.enumerated() {
      guard let node = PageNode(bytes, at: offset, isLeaf: isLeaf) else {
        return note("page \(number)", "has an entry that reaches beyond it")
      }
      // The first key of a branch page stands for "everything before" and may be empty.
      if let before = previous, !(index == 1 && !isLeaf), !tree.isOrdered(bytes, before, node.key) {
        return note("page \(number)", "has keys out of order")
      }
      previous = node.key
      if isLeaf {
        entries += 1
        try visitLeaf(node, bytes, tree, file, visit)
      } else {
        try walkPage(node.child, depth: depth + 1, tree, file, &entries, visit)
      }
    }
  }

  private mutating func visitLeaf(
    _ node: PageNode, _ page: Span<UInt8>, _ tree: Tree, _ file: borrowing OpenFile,
    _ visit: Visitor
  ) throws(StorageError) {
    let key = page.extracting(node.key)
    let isTable = if case .main = tree.kind { true } else { false }
    guard node.flags == (isTable ? PageFormat.nodeTree : node.flags & PageFormat.nodeOverflow)
    else { return note(place(tree), "has an entry of an unknown kind") }
    if node.flags == PageFormat.nodeOverflow {
      guard let run = try overflow(node, page, file) else { return }
      let start = PageFormat.headerBytes
      check(key, run.span.extracting(start..<start + node.dataBytes), tree, visit)
    } else if isTable {
      try walkTable(key, page.extracting(node.value), file)
    } else {
      check(key, page.extracting(node.value), tree, visit)
    }
  }

  private mutating func walkTable(
    _ key: Span<UInt8>, _ record: Span<UInt8>, _ file: borrowing OpenFile
  ) throws(StorageError) {
    var name: [UInt8] = []
    for index in key.indices { name.append(key[index]) }
    let table = StorageError.text(name)
    guard record.count == PageFormat.treeBytes else {
      return note("table \(table)", "has a damaged description")
    }
    let root = TreeRoot(record, at: 0)
    guard root.flags == 0, root.isEmpty || root.depth <= StorageLimits.treeDepth else {
      return note("table \(table)", "has an impossible description")
    }
    try walk(Tree(kind: .table(table), root: root), file) { _, _ in }
  }

  private mutating func check(
    _ key: Span<UInt8>, _ record: Span<UInt8>, _ tree: Tree, _ visit: Visitor
  ) {
    switch tree.kind {
    case .freeList:
      // A count, then as many page numbers in descending order, then perhaps unused room.
      let count = record.count >= 8 ? record.integer(at: 0, bytes: 8) : UInt64.max
      guard key.count == 8, count < UInt64(record.count / 8), descends(record, Int(count)) else {
        return note("the list of free pages", "is damaged")
      }
      visit(key, record.extracting(8..<8 + Int(count) * 8))
    case .main: break
    case .table(let name):
      records += 1
      guard let fault = RecordFrame.fault(key: key, record: record) else { return }
      var copy: [UInt8] = []
      for index in key.indices { copy.append(key[index]) }
      let place = "table \(name), key \(StorageError.text(copy))"
      switch fault {
      case .damaged: note(place, "has a wrong checksum")
      case .version(let version): note(place, "has the unknown format \(version)")
      }
    }
  }

  private func descends(_ list: Span<UInt8>, _ count: Int) -> Bool {
    var previous = geometry.lastPage + 1
    for index in 0..<count {
      let page = list.integer(at: 8 + index * 8, bytes: 8)
      guard page < previous, page >= 2 else { return false }
      previous = page
    }
    return true
  }

  // MARK: - Pages

  private mutating func page(
    _ number: UInt64, _ file: borrowing OpenFile
  ) throws(StorageError) -> [UInt8]? {
    try pages(number, count: 1, file)
  }

  /// `count` pages from `number`, marked as used; nil (and noted) if that can't be.
  private mutating func pages(
    _ number: UInt64, count: Int, _ file: borrowing OpenFile
  ) throws(StorageError) -> [UInt8]? {
    let limit = min(UInt64(geometry.filePages), geometry.lastPage + 1)
    guard number >= 2, number < limit, UInt64(count) <= limit - number else {
      note("page \(number)", "is named and lies outside the \(limit) pages of the file")
      return nil
    }
    for each in number..<number + UInt64(count) {
      guard !isUsed(each) else {
        note("page \(each)", "is used twice")
        return nil
      }
      used[Int(each / 64)] |= 1 << (each % 64)
    }
    pages += count
    let bytes = try file.read(
      count * geometry.pageBytes, at: Int(number) * geometry.pageBytes)
    guard bytes.count == count * geometry.pageBytes,
      bytes.span.integer(at: 0, bytes: 8) == number
    else {
      note("page \(number)", "does not carry its number")
      return nil
    }
    return bytes
  }

  private mutating func overflow(
    _ node: PageNode, _ page: Span<UInt8>, _ file: borrowing OpenFile
  ) throws(StorageError) -> [UInt8]? {
    let number = page.integer(at: node.value.lowerBound, bytes: 8)
    let count = (PageFormat.headerBytes + node.dataBytes - 1) / geometry.pageBytes + 1
    guard let run = try pages(number, count: count, file) else { return nil }
    guard run.span.integer(at: PageFormat.flagsOffset, bytes: 2) & PageFormat.overflow != 0,
      run.span.integer(at: PageFormat.lowerOffset, bytes: 4) == UInt64(count)
    else {
      note("page \(number)", "is no run of \(count) pages")
      return nil
    }
    return run
  }

  /// The offsets of the page's nodes; nil if its bounds are impossible. LMDB keeps nodes without
  /// gaps, and would write over them if the bound of the free space were wrong.
  private func nodes(of page: Span<UInt8>, isLeaf: Bool) -> [Int]? {
    let lower = Int(page.integer(at: PageFormat.lowerOffset, bytes: 2))
    let upper = Int(page.integer(at: PageFormat.upperOffset, bytes: 2))
    guard lower >= PageFormat.headerBytes, lower <= upper, upper <= geometry.pageBytes,
      lower % 2 == 0
    else { return nil }
    var offsets: [Int] = []
    var held = 0
    for position in stride(from: PageFormat.headerBytes, to: lower, by: 2) {
      let offset = Int(page.integer(at: position, bytes: 2))
      guard offset >= upper, offset <= geometry.pageBytes - PageFormat.nodeBytes else {
        return nil
      }
      guard let node = PageNode(page, at: offset, isLeaf: isLeaf) else { return nil }
      offsets.append(offset)
      held += (node.value.upperBound - offset + 1) & ~1
    }
    return held == geometry.pageBytes - upper ? offsets : nil
  }

  private func isUsed(_ page: UInt64) -> Bool {
    guard page < UInt64(geometry.filePages) else { return false }
    return used[Int(page / 64)] & 1 << (page % 64) != 0
  }

  // MARK: - Notes

  private func place(_ tree: Tree) -> String {
    switch tree.kind {
    case .freeList: "the list of free pages"
    case .main: "the main tree"
    case .table(let name): "table \(name)"
    }
  }

  private mutating func note(_ place: String, _ problem: String) {
    guard damages.count < StorageLimits.damagesListed else { return }
    damages.append(StorageDamage(place: place, problem: problem))
  }
}
