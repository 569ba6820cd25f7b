// The bytes of an image.

import DNS
import Primitives

/// Lays a checked zone out as an image (`ZoneImage`).
struct ImageBuilder {
  private let zone: ZoneCompiler
  /// The zone's nodes in canonical order, and where each of them is in it.
  private var order: [Int] = []
  private var places: [Int] = []
  private var bytes: [UInt8] = []
  private var records = 0
  /// Records whose addresses are checked.
  private var checked = 0
  private typealias Layout = ZoneImage

  init(_ zone: ZoneCompiler) { self.zone = zone }

  /// Nil if there is no hash table for the zone's names in which each is found soon.
  consuming func build() -> ZoneImage? {
    sortNodes()
    guard let (seed, slots) = chooseSlots() else { return nil }
    let apex = zone.apex.bytes
    let slotsStart = Layout.Header.length + apex.count
    let nodesStart = slotsStart + slots.count * 4
    bytes = Array(repeating: 0, count: nodesStart + order.count * Layout.Node.length)
    bytes.replaceSubrange(Layout.Header.length..<slotsStart, with: apex)
    for (index, node) in slots.enumerated() { put(node, at: slotsStart + index * 4) }
    for (place, node) in order.enumerated() {
      write(zone.nodes[node], at: nodesStart + place * Layout.Node.length, seed)
    }
    let hasRules = zone.flattenedCount > 0 || zone.hasPlaces || zone.hasWeights || checked > 0
    bytes[Layout.Header.format] =
      checked > 0
      ? Layout.checkedFormat : hasRules ? Layout.ruledFormat : Layout.plainFormat
    bytes[Layout.Header.apexLength] = UInt8(apex.count)
    bytes[Layout.Header.apexLabels] = UInt8(zone.apex.labelCount)
    bytes[Layout.Header.flags] =
      (zone.hasMadeSOA ? 1 : 0)
      | (hasRules ? 4 : 0)
      | (zone.hasPlaces ? 8 : 0) | (zone.flattenedCount > 0 ? 16 : 0)
      | (checked > 0 ? 32 : 0)
    put(UInt32(order.count), at: Layout.Header.nodes)
    put(UInt32(slots.count), at: Layout.Header.slots)
    put(seed, at: Layout.Header.seed)
    put(UInt32(slotsStart), at: Layout.Header.slotsStart)
    put(UInt32(nodesStart), at: Layout.Header.nodesStart)
    put(UInt32(records), at: Layout.Header.records)
    return ZoneImage(checked: bytes)
  }

  /// Siblings in the order of their labels, parents before children: the order does not depend on
  /// that of the records.
  private mutating func sortNodes() {
    var children: [[Int]] = Array(repeating: [], count: zone.nodes.count)
    for index in zone.nodes.indices.dropFirst() {
      children[zone.nodes[index].parent].append(index)
    }
    places = Array(repeating: 0, count: zone.nodes.count)
    order = [0]
    var next = 0
    while next < order.count {
      let node = order[next]
      places[node] = next
      next += 1
      order += children[node].sorted {
        zone.nodes[$0].label.lexicographicallyPrecedes(zone.nodes[$1].label)
      }
    }
  }

  /// A hash table in which no search is long: the first of some seeds that gives one. Whoever chose
  /// names that collide would have to do so for all of the seeds.
  private func chooseSlots() -> (seed: UInt32, slots: [UInt32])? {
    var size = 2
    while size < order.count * 2 { size *= 2 }
    for seed in 0..<NameServiceLimits.hashSeeds {
      if let slots = fill(size, seed) { return (seed, slots) }
    }
    return nil
  }

  private func fill(_ size: Int, _ seed: UInt32) -> [UInt32]? {
    var slots = Array(repeating: Layout.none, count: size)
    for place in order.indices.dropFirst() {
      var slot = Int(hash(order[place], seed)) & (size - 1)
      var probes = 1
      while slots[slot] != Layout.none {
        slot = (slot + 1) & (size - 1)
        probes += 1
        if probes > NameServiceLimits.probes { return nil }
      }
      slots[slot] = UInt32(place)
    }
    return slots
  }

  private func hash(_ node: Int, _ seed: UInt32) -> UInt32 {
    guard zone.nodes[node].parent >= 0 else { return 0 }
    let parent = places[zone.nodes[node].parent]
    return zone.nodes[node].label.withSpan { ImageReader.hash($0, parent: parent, seed: seed) }
  }

  private mutating func write(_ node: ZoneCompiler.Node, at place: Int, _ seed: UInt32) {
    let parent = node.parent < 0 ? 0 : places[node.parent]
    put(UInt32(parent), at: place + Layout.Node.parent)
    let hash = node.label.withSpan { ImageReader.hash($0, parent: parent, seed: seed) }
    put(hash, at: place + Layout.Node.hash)
    put(UInt32(bytes.count), at: place + Layout.Node.label)
    bytes.append(contentsOf: node.label)
    var flags: UInt8 = 0
    if node.isCut { flags |= Layout.NodeFlag.cut }
    if node.sets[.cname] != nil { flags |= Layout.NodeFlag.alias }
    bytes[place + Layout.Node.flags] = flags
    put(node.wildcard.map { UInt32(places[$0]) } ?? Layout.none, at: place + Layout.Node.wildcard)
    put16(UInt16(node.sets.count), at: place + Layout.Node.setCount)
    put(UInt32(bytes.count), at: place + Layout.Node.sets)
    for (type, set) in node.sets.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      write(type, set, isCut: node.isCut)
    }
    writeRules(of: node, at: place)
  }

  private mutating func writeRules(of node: ZoneCompiler.Node, at place: Int) {
    var count = 0
    if let alias = node.flattened, let target = alias.contents.first {
      write(alias, to: target)
      count += 1
    }
    let placed = node.placed.map { ($0.key.type, $0.key.places.encoded, $0.value) }
    for (type, places, set) in placed.sorted(by: {
      $0.0 != $1.0
        ? $0.0.rawValue < $1.0.rawValue : $0.1.lexicographicallyPrecedes($1.1)
    }) {
      write(type, set, for: places)
      count += 1
    }
    for (type, set) in node.sets.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      guard let weights = set.weights else { continue }
      write(weights, of: type)
      count += 1
    }
    for (type, set) in node.sets.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      guard let check = set.check else { continue }
      write(check, of: type)
      checked += set.count
      count += 1
    }
    guard count > 0 else { return }
    bytes[place + Layout.Node.flags] |= Layout.NodeFlag.ruled
    bytes[place + Layout.Node.rules] = UInt8(count)
  }

  private mutating func write(_ weights: [UInt16], of type: RecordType) {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: 4))
    put(UInt32(ImageReader.Rule.content + 2 + 2 * weights.count), at: start)
    bytes.append(ImageReader.RuleKind.weighted)
    bytes.appendUInt16(type.rawValue)
    for weight in weights { bytes.appendUInt16(weight) }
  }

  private mutating func write(_ check: HealthCheck, of type: RecordType) {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: ImageReader.Rule.content))
    bytes[start + ImageReader.Rule.kind] = ImageReader.RuleKind.checked
    bytes.appendUInt16(type.rawValue)
    bytes.appendUInt16(UInt16(checked))
    bytes.append(contentsOf: check.encoded)
    put(UInt32(bytes.count - start), at: start)
  }

  private mutating func write(
    _ type: RecordType, _ set: ZoneCompiler.RecordGroup, for places: [UInt8]
  ) {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: ImageReader.Rule.content))
    bytes[start + ImageReader.Rule.kind] = ImageReader.RuleKind.placed
    bytes.appendUInt16(type.rawValue)
    bytes.appendUInt16(UInt16(truncatingIfNeeded: set.ttl >> 16))
    bytes.appendUInt16(UInt16(truncatingIfNeeded: set.ttl))
    bytes.append(contentsOf: places)
    for content in set.contents {
      bytes.appendUInt16(UInt16(truncatingIfNeeded: content.count))
      bytes.append(contentsOf: content)
    }
    put(UInt32(bytes.count - start), at: start)
    records += set.count
  }

  private mutating func write(_ alias: ZoneCompiler.RecordGroup, to target: [UInt8]) {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: ImageReader.Rule.content + 4))
    bytes[start + ImageReader.Rule.kind] = ImageReader.RuleKind.flattened
    put(alias.ttl, at: start + ImageReader.Rule.content)
    bytes.append(contentsOf: target)
    put(UInt32(bytes.count - start), at: start)
    records += 1
  }

  private mutating func write(_ type: RecordType, _ set: ZoneCompiler.RecordGroup, isCut: Bool) {
    let start = bytes.count
    if type == .soa { noteSOA(set, at: start) }
    bytes.append(contentsOf: repeatElement(0, count: Layout.Set.length))
    put16(type.rawValue, at: start + Layout.Set.type)
    put16(UInt16(set.count), at: start + Layout.Set.count)
    put(set.ttl, at: start + Layout.Set.ttl)
    records += set.count
    var glue: [(node: Int, name: Int)] = []
    for content in set.contents {
      bytes.appendUInt16(UInt16(truncatingIfNeeded: content.count))
      if isCut, type == .ns, let node = glueNode(content) { glue.append((node, bytes.count)) }
      bytes.append(contentsOf: content)
    }
    put(UInt32(bytes.count - start - Layout.Set.length), at: start + Layout.Set.contentBytes)
    put16(UInt16(glue.count), at: start + Layout.Set.glue)
    for entry in glue {
      let place = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: 8))
      put(UInt32(places[entry.node]), at: place)
      put(UInt32(entry.name), at: place + 4)
    }
  }

  /// The node with the addresses of a name server, if it has any in this zone.
  private func glueNode(_ target: [UInt8]) -> Int? {
    guard let name = DomainName(checkedWire: target), name.isWithin(zone.apex),
      let node = zone.node(of: name)
    else { return nil }
    let sets = zone.nodes[node].sets
    return sets[.a] != nil || sets[.aaaa] != nil ? node : nil
  }

  /// Negative answers live as long as the lesser of the SOA's TTL and its last number (RFC 2308
  /// section 5).
  private mutating func noteSOA(_ set: ZoneCompiler.RecordGroup, at start: Int) {
    put(UInt32(start), at: Layout.Header.soa)
    var minimum: UInt32 = 0
    for byte in (set.contents.first ?? []).suffix(4) { minimum = minimum << 8 | UInt32(byte) }
    put(min(set.ttl, minimum), at: Layout.Header.negativeTTL)
  }

  private mutating func put(_ value: UInt32, at offset: Int) {
    for index in 0..<4 {
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index))
    }
  }

  private mutating func put16(_ value: UInt16, at offset: Int) {
    bytes[offset] = UInt8(truncatingIfNeeded: value)
    bytes[offset + 1] = UInt8(truncatingIfNeeded: value >> 8)
  }
}
