// Reading an image: names to nodes, nodes to record sets.

import DNS
import Primitives

/// A zone's image as queries read it. All places are offsets in the image.
struct ImageReader: ~Escapable {
  typealias Layout = ZoneImage

  let bytes: Span<UInt8>

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>) { self.bytes = bytes }

  /// Where a name led.
  struct Located {
    /// The name's node, or the deepest one above it: its closest encloser (RFC 4592 section 3.3.1).
    var node: Int
    /// Labels of that node below the apex.
    var depth: Int
    var isExact: Bool
    /// A delegation, at the name or above it.
    var isCut: Bool
  }

  /// One record set.
  struct RecordSet {
    let offset: Int
    let type: RecordType
    let ttl: UInt32
    let contents: Range<Int>
    let glueCount: Int
    /// Where the next set of the node begins.
    var end: Int { contents.upperBound + glueCount * 8 }
  }

  var apexLabels: Int { Int(bytes[Layout.Header.apexLabels]) }
  var negativeTTL: UInt32 { bytes.littleEndian32(at: Layout.Header.negativeTTL) }
  var soa: RecordSet { recordSet(at: Int(bytes.littleEndian32(at: Layout.Header.soa))) }

  /// The apex in canonical wire form.
  var apex: Span<UInt8> {
    @_lifetime(copy self)
    get {
      bytes.extracting(
        Layout.Header.length..<(Layout.Header.length + Int(bytes[Layout.Header.apexLength])))
    }
  }

  /// Walks from the apex towards `name`, which ends in the apex, as far as there are nodes, and no
  /// further than a delegation.
  func locate(_ name: borrowing CanonicalName) -> Located {
    let apexLabels = self.apexLabels
    let relative = name.labelCount - apexLabels
    var found = Located(node: 0, depth: 0, isExact: relative == 0, isCut: false)
    while found.depth < relative {
      let start = name.start(ofLast: apexLabels + found.depth + 1)
      guard let child = child(of: found.node, name.span, labelAt: start) else { return found }
      found.node = child
      found.depth += 1
      found.isExact = found.depth == relative
      if flags(of: child) & Layout.NodeFlag.cut != 0 {
        found.isCut = true
        return found
      }
    }
    return found
  }

  /// The node below `parent` whose label is the one at `start` of `name`.
  func child(of parent: Int, _ name: Span<UInt8>, labelAt start: Int) -> Int? {
    let length = Int(name[start])
    let label = name.extracting(start..<(start + 1 + length))
    let hash = Self.hash(label, parent: parent, seed: bytes.littleEndian32(at: Layout.Header.seed))
    let mask = Int(bytes.littleEndian32(at: Layout.Header.slots)) - 1
    let slots = Int(bytes.littleEndian32(at: Layout.Header.slotsStart))
    var slot = Int(hash) & mask
    for _ in 0..<NameServiceLimits.probes {
      let node = bytes.littleEndian32(at: slots + slot * 4)
      if node == Layout.none { return nil }
      let place = nodePlace(Int(node))
      if bytes.littleEndian32(at: place + Layout.Node.hash) == hash,
        Int(bytes.littleEndian32(at: place + Layout.Node.parent)) == parent,
        labelSpan(at: place).equals(label)
      {
        return Int(node)
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  static func hash(_ label: Span<UInt8>, parent: Int, seed: UInt32) -> UInt32 {
    UInt32(
      truncatingIfNeeded: KeyedHash(key0: UInt64(seed), key1: UInt64(parent)).hash(label))
  }

  func nodePlace(_ node: Int) -> Int {
    Int(bytes.littleEndian32(at: Layout.Header.nodesStart)) + node * Layout.Node.length
  }

  @_lifetime(copy self)
  private func labelSpan(at place: Int) -> Span<UInt8> {
    let label = Int(bytes.littleEndian32(at: place + Layout.Node.label))
    return bytes.extracting(label..<(label + 1 + Int(bytes[label])))
  }

  func flags(of node: Int) -> UInt8 { bytes[nodePlace(node) + Layout.Node.flags] }

  /// The child `*` of `node` (RFC 4592 section 2.1.1).
  func wildcard(of node: Int) -> Int? {
    let child = bytes.littleEndian32(at: nodePlace(node) + Layout.Node.wildcard)
    return child == Layout.none ? nil : Int(child)
  }

  func setCount(of node: Int) -> Int {
    Int(bytes.littleEndian16(at: nodePlace(node) + Layout.Node.setCount))
  }

  func firstSet(of node: Int) -> Int {
    Int(bytes.littleEndian32(at: nodePlace(node) + Layout.Node.sets))
  }

  func recordSet(at offset: Int) -> RecordSet {
    let start = offset + Layout.Set.length
    return RecordSet(
      offset: offset,
      type: RecordType(rawValue: bytes.littleEndian16(at: offset + Layout.Set.type)),
      ttl: bytes.littleEndian32(at: offset + Layout.Set.ttl),
      contents: start..<(start + Int(bytes.littleEndian32(at: offset + Layout.Set.contentBytes))),
      glueCount: Int(bytes.littleEndian16(at: offset + Layout.Set.glue)))
  }

  /// The set of `type` at `node`; nil if there is none. A node's sets are in the order of types.
  func records(_ type: RecordType, of node: Int) -> RecordSet? {
    var rest = setCount(of: node)
    var offset = firstSet(of: node)
    while rest > 0 {
      let set = recordSet(at: offset)
      if set.type == type { return set }
      if set.type.rawValue > type.rawValue { return nil }
      offset = set.end
      rest -= 1
    }
    return nil
  }

  @_lifetime(copy self)
  func contents(of set: RecordSet) -> Span<UInt8> { bytes.extracting(set.contents) }

  /// The name and the node of the glue `index` of a delegation.
  @_lifetime(copy self)
  func glueName(_ index: Int, of set: RecordSet) -> Span<UInt8> {
    let name = Int(bytes.littleEndian32(at: set.contents.upperBound + index * 8 + 4))
    let length = Int(bytes[name - 2]) << 8 | Int(bytes[name - 1])
    return bytes.extracting(name..<(name + length))
  }

  func glueNode(_ index: Int, of set: RecordSet) -> Int {
    Int(bytes.littleEndian32(at: set.contents.upperBound + index * 8))
  }

  /// The label of `node` behind its length.
  @_lifetime(copy self)
  func label(of node: Int) -> Span<UInt8> { labelSpan(at: nodePlace(node)) }

  func parent(of node: Int) -> Int {
    Int(bytes.littleEndian32(at: nodePlace(node) + Layout.Node.parent))
  }

  var nodeCount: Int { Int(bytes.littleEndian32(at: Layout.Header.nodes)) }
}
