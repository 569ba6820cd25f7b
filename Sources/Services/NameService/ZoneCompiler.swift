// From records to an image.

package import DNS
import Primitives

/// Checks a zone's records and compiles them.
///
/// The same records, in any order, make the same image: images are compared to see whether a zone
/// has changed.
package struct ZoneCompiler {
  /// A name with records, or between one and the apex.
  struct Node {
    let parent: Int
    /// Behind its length, in lower case.
    let label: [UInt8]
    var sets: [RecordType: RecordGroup] = [:]
    /// The CNAME that is answered with the addresses of its target.
    var flattened: RecordGroup?
    /// Sets that are for some places.
    var placed: [PlacedKey: RecordGroup] = [:]
    var wildcard: Int?
    var isCut: Bool { parent >= 0 && sets[.ns] != nil }
  }

  /// The records of one name and type.
  struct RecordGroup {
    var ttl: UInt32
    /// By their canonical forms: those that differ in the case of names alone are one (RFC 4034
    /// section 6.3).
    private var forms: [[UInt8]: [UInt8]] = [:]
    /// Shares of the answers, by contents; empty if all are given at once.
    private var shares: [[UInt8]: UInt16] = [:]
    /// The record that came first, for messages.
    let index: Int

    init(ttl: UInt32, index: Int) {
      self.ttl = ttl
      self.index = index
    }

    /// In the order of their bytes.
    var contents: [[UInt8]] { forms.values.sorted { $0.lexicographicallyPrecedes($1) } }
    var count: Int { forms.count }
    var isWeighted: Bool { !shares.isEmpty }
    /// How its addresses are checked; nil if they are not.
    var check: HealthCheck?

    /// In the order of the contents; nil if all are given at once.
    var weights: [UInt16]? { shares.isEmpty ? nil : contents.map { shares[$0] ?? 1 } }

    /// Gives a record its share; false if it has another one.
    mutating func weigh(_ content: [UInt8], _ weight: UInt16) -> Bool {
      let other = shares.updateValue(weight, forKey: content)
      return other == nil || other == weight
    }

    /// Bytes in a message behind a question for it.
    var messageBytes: Int { forms.values.reduce(0) { $0 + 12 + $1.count } }

    mutating func insert(_ content: [UInt8], _ type: RecordType) {
      var form: [UInt8] = []
      RDATA.appendCanonical(type, content.span, to: &form)
      guard let other = forms[form] else { return forms[form] = content }
      // Which one stays does not depend on which came first.
      if content.lexicographicallyPrecedes(other) { forms[form] = content }
    }
  }

  /// Which of a name's sets for places.
  struct PlacedKey: Hashable {
    let type: RecordType
    let places: RecordPlaces
  }

  let apex: DomainName
  private(set) var nodes: [Node]
  private var children: [Child: Int] = [:]
  private(set) var faults: [RecordFault] = []
  private(set) var hasMadeSOA = false
  private(set) var flattenedCount = 0
  private(set) var hasPlaces = false
  private(set) var hasWeights = false
  private let nameLimit: Int

  /// A label below a node.
  private struct Child: Hashable {
    let parent: Int
    let label: [UInt8]
  }

  /// Compiles `records` of the zone `apex`, of which some have `traits` (by their places); or all that is
  /// wrong with them, up to `NameServiceLimits.faults`. `names` is the most that there may be.
  package static func compile(
    apex: DomainName, records: [ZoneRecord], traits: [Int: RecordTraits] = [:],
    names: Int = NameServiceLimits.namesPerZone
  ) -> Result<ZoneImage, RecordFaults> {
    var compiler = ZoneCompiler(apex: apex.canonical, names)
    guard records.count <= NameServiceLimits.recordsPerZone else {
      let fault = RecordFault(
        index: nil, problem: "has \(records.count) records",
        remedy: "Give at most \(NameServiceLimits.recordsPerZone), or make several zones.")
      return .failure(RecordFaults(faults: [fault]))
    }
    for (index, record) in records.enumerated() {
      compiler.add(record, traits[index] ?? RecordTraits(), index)
    }
    compiler.check()
    guard compiler.faults.isEmpty else {
      return .failure(RecordFaults(faults: compiler.faults))
    }
    compiler.makeSOAIfNone()
    guard let image = ImageBuilder(compiler).build() else {
      let fault = RecordFault(
        index: nil, problem: "has names that were chosen to make look-ups slow",
        remedy: "Change some of the names.")
      return .failure(RecordFaults(faults: [fault]))
    }
    return .success(image)
  }

  private init(apex: DomainName, _ nameLimit: Int) {
    self.apex = apex
    self.nameLimit = nameLimit
    nodes = [Node(parent: -1, label: [0])]
  }

  /// The node of `name`, which lies in the zone; nil if there is none.
  func node(of name: DomainName) -> Int? {
    var node = 0
    for label in relativeLabels(of: name).reversed() {
      guard let child = children[Child(parent: node, label: label)] else { return nil }
      node = child
    }
    return node
  }

  // MARK: - Taking records in

  private mutating func add(_ record: ZoneRecord, _ traits: RecordTraits, _ index: Int) {
    guard record.name.isWithin(apex) else {
      return note(
        index, "is for \(record.name), which does not lie in \(apex)",
        "Make another zone for it, or write a name within the zone.")
    }
    if let fault = Self.refusal(of: record.type) { return note(index, fault.0, fault.1) }
    guard record.ttl <= 0x7fff_ffff else {
      return note(index, "has a TTL of \(record.ttl) s", "Give at most 2147483647 (RFC 2181).")
    }
    guard let node = makeNode(record.name) else {
      return note(
        index, "has the zone's name number \(nameLimit + 1)",
        "Give fewer names, those between them and the zone's own among them.")
    }
    if !traits.places.isEverywhere { return place(record, traits.places, node, index) }
    if record.type == .cname, node == 0 || traits.isFlattened {
      return flatten(record, node, index)
    }
    // RFC 2181 section 5.2: the records of a set have one TTL; where they differ, the least.
    var set =
      nodes[node].sets.removeValue(forKey: record.type)
      ?? RecordGroup(ttl: record.ttl, index: index)
    set.ttl = min(set.ttl, record.ttl)
    if set.count <= NameServiceLimits.recordsPerSet { set.insert(record.content, record.type) }
    weigh(record, traits, index, in: &set)
    check(record, traits, index, in: &set)
    nodes[node].sets[record.type] = set
  }

  private mutating func weigh(
    _ record: ZoneRecord, _ traits: RecordTraits, _ index: Int, in set: inout RecordGroup
  ) {
    guard let weight = traits.weight else { return }
    hasWeights = true
    if Self.wholeTypes.contains(record.type) || record.type == .cname {
      return note(
        index, "is \(record.type) with a weight, and is always answered whole",
        "Leave out its weight.")
    }
    guard set.weigh(record.content, weight) else {
      return note(index, "is there twice, with different weights", "Keep one of the two.")
    }
  }

  private mutating func check(
    _ record: ZoneRecord, _ traits: RecordTraits, _ index: Int, in set: inout RecordGroup
  ) {
    guard let check = traits.check else { return }
    guard record.type == .a || record.type == .aaaa else {
      return note(
        index, "is \(record.type) with a health check, and has no address",
        "Leave out its healthCheck.")
    }
    guard set.check == nil || set.check == check else {
      return note(
        index, "has another health check than others of its name and type",
        "Give one of them the check, or all the same.")
    }
    set.check = check
  }

  /// Types that are the same everywhere and always.
  private static let wholeTypes: Set<RecordType> = [.ns, .soa, .ds, .dnskey, .cds, .cdnskey]

  private mutating func flatten(_ record: ZoneRecord, _ node: Int, _ index: Int) {
    if nodes[node].flattened == nil { flattenedCount += 1 }
    var alias = nodes[node].flattened ?? RecordGroup(ttl: record.ttl, index: index)
    alias.ttl = min(alias.ttl, record.ttl)
    alias.insert(record.content, .cname)
    nodes[node].flattened = alias
  }

  private mutating func place(
    _ record: ZoneRecord, _ places: RecordPlaces, _ node: Int, _ index: Int
  ) {
    if Self.wholeTypes.contains(record.type)
      || record.type == .cname && node == 0
    {
      return note(
        index, "is \(record.type) for some places, and has to be the same everywhere",
        "Leave out its countries, continents and asns.")
    }
    hasPlaces = true
    let key = PlacedKey(type: record.type, places: places)
    var set = nodes[node].placed[key] ?? RecordGroup(ttl: record.ttl, index: index)
    set.ttl = min(set.ttl, record.ttl)
    if set.count <= NameServiceLimits.recordsPerSet { set.insert(record.content, record.type) }
    nodes[node].placed[key] = set
  }

  private static func refusal(of type: RecordType) -> (String, String)? {
    if type.isMeta || type.rawValue == 0 {
      return ("has the type \(type), which is for queries only", "Give a type of data.")
    }
    switch type {
    case .dname:
      return ("is a DNAME, which is not supported", "Write the names out, or use a wildcard CNAME.")
    case .rrsig, .nsec, .nsec3, .nsec3param:
      return ("is \(type): signatures are not taken from outside", "Leave it out.")
    default: return nil
    }
  }

  private mutating func makeNode(_ name: DomainName) -> Int? {
    var node = 0
    for label in relativeLabels(of: name).reversed() {
      let key = Child(parent: node, label: label)
      if let child = children[key] {
        node = child
        continue
      }
      guard nodes.count < nameLimit else { return nil }
      nodes.append(Node(parent: node, label: label))
      children[key] = nodes.count - 1
      if label == [1, UInt8(ascii: "*")] { nodes[node].wildcard = nodes.count - 1 }
      node = nodes.count - 1
    }
    return node
  }

  /// The labels of `name` below the apex, the lowest first, each behind its length.
  private func relativeLabels(of name: DomainName) -> [[UInt8]] {
    let bytes = name.canonical.bytes
    var labels: [[UInt8]] = []
    var index = 0
    while index < bytes.count - apex.bytes.count {
      let end = index + 1 + Int(bytes[index])
      labels.append(Array(bytes[index..<end]))
      index = end
    }
    return labels
  }

  // MARK: - Checking

  private mutating func note(_ index: Int?, _ problem: String, _ remedy: String) {
    guard faults.count < NameServiceLimits.faults else { return }
    faults.append(RecordFault(index: index, problem: problem, remedy: remedy))
  }

  private mutating func check() {
    if nodes[0].sets[.ns] == nil {
      note(
        nil, "has no NS records for \(apex)",
        "Name the servers of the zone: at least one NS record at its apex.")
    }
    if flattenedCount > NameServiceLimits.flattenedPerZone {
      note(
        nil, "has \(flattenedCount) CNAME records that are answered with addresses",
        "Give at most \(NameServiceLimits.flattenedPerZone), or let some be seen as CNAME.")
    }
    let checked = nodes.reduce(0) { sum, node in
      sum + node.sets.values.reduce(0) { $0 + ($1.check == nil ? 0 : $1.count) }
    }
    if checked > NameServiceLimits.checkedRecords {
      note(
        nil, "has \(checked) records whose addresses are checked",
        "Give at most \(NameServiceLimits.checkedRecords), or leave out the healthCheck of some.")
    }
    for node in nodes.indices {
      checkAlias(node)
      checkFlattened(node)
      checkPlaces(node)
      checkSizes(node)
      if node > 0, let soa = nodes[node].sets[.soa] {
        note(soa.index, "is a SOA below the apex", "Give it the zone's own name (@).")
      }
      if nodes[node].label == [1, UInt8(ascii: "*")], let servers = nodes[node].sets[.ns] {
        note(
          servers.index, "delegates a wildcard, which has no meaning (RFC 4592 section 4.2)",
          "Delegate each name by itself.")
      }
    }
    if let soa = nodes[0].sets[.soa], soa.count > 1 {
      note(soa.index, "is one of several SOA records", "Keep one.")
    }
  }

  /// A set has to fit into a message; over TCP there is no way to go on.
  private mutating func checkSizes(_ node: Int) {
    for (type, set) in nodes[node].sets {
      if set.isWeighted, set.count > NameServiceLimits.weightedRecords {
        note(
          set.index, "is of a set of \(set.count) records with weights",
          "Give at most \(NameServiceLimits.weightedRecords), or leave out all weights.")
      }
      guard set.count <= NameServiceLimits.recordsPerSet else {
        note(
          set.index, "is one of more than \(NameServiceLimits.recordsPerSet) of its name and type",
          "Give fewer: they must fit into one message.")
        continue
      }
      var bytes = set.messageBytes
      if type == .ns, nodes[node].isCut {
        for target in set.contents { bytes += glueBytes(target) }
      }
      guard bytes > NameServiceLimits.setBytes else { continue }
      note(
        set.index, "is of a set that takes \(bytes) bytes in a message",
        "Give fewer or shorter records: at most \(NameServiceLimits.setBytes) bytes.")
    }
  }

  /// Bytes of the addresses of a name server in a message.
  private func glueBytes(_ target: [UInt8]) -> Int {
    guard let name = DomainName(checkedWire: target), name.isWithin(apex), let node = node(of: name)
    else { return 0 }
    return [RecordType.a, .aaaa].reduce(0) { bytes, type in
      bytes + (nodes[node].sets[type]?.messageBytes ?? 0)
    }
  }

  private mutating func checkAlias(_ node: Int) {
    guard let alias = nodes[node].sets[.cname] else { return }
    if alias.count > 1 {
      note(alias.index, "is one of several CNAME records of one name", "Keep one.")
    }
    if nodes[node].sets.count > 1 {
      note(
        alias.index, "is a CNAME beside other records of the same name (RFC 1034 section 3.6.2)",
        "Keep the CNAME or the others.")
    }
  }

  /// What the target has stands for addresses of the name's own.
  private mutating func checkFlattened(_ node: Int) {
    guard let alias = nodes[node].flattened else { return }
    if alias.count > 1 {
      note(alias.index, "is one of several CNAME records of one name", "Keep one.")
    }
    let own: [RecordType] = [.a, .aaaa, .cname]
    let others = own.filter { nodes[node].sets[$0] != nil } + (nodes[node].isCut ? [.ns] : [])
    guard let other = others.first else { return }
    note(
      alias.index, "is a CNAME that is answered with addresses, beside \(other) of the same name",
      "Keep the CNAME or the others.")
  }

  /// Everybody has a set, and nobody two.
  private mutating func checkPlaces(_ node: Int) {
    let placed = nodes[node].placed.sorted { $0.value.index < $1.value.index }
    let weighted = nodes[node].sets.values.filter(\.isWeighted)
    guard placed.count + weighted.count <= NameServiceLimits.chosenSetsPerName else {
      return note(
        placed.first?.value.index ?? weighted.first?.index,
        "is of a name that has \(placed.count + weighted.count) sets for places or with weights",
        "Give at most \(NameServiceLimits.chosenSetsPerName): name several places in one.")
    }
    var taken: [RecordType: Set<RecordPlaces.Place>] = [:]
    for (key, set) in placed {
      if nodes[node].sets[key.type] == nil {
        note(
          set.index, "is \(key.type) for some places, and there is none for all others",
          "Give one without countries, continents and asns.")
      }
      if key.type == .cname, set.count > 1 {
        note(set.index, "is one of several CNAME records for the same places", "Keep one.")
      }
      if set.count > NameServiceLimits.recordsPerSet
        || set.messageBytes > NameServiceLimits.setBytes
      {
        note(
          set.index, "is of a set that takes \(set.messageBytes) bytes in a message",
          "Give fewer or shorter records: at most \(NameServiceLimits.setBytes) bytes.")
      }
      if let place = key.places.takeIn(&taken[key.type, default: []]) {
        note(
          set.index, "is for \(place), which another set of the same name and type is for, too",
          "Name each place once, or give all of its records the same places.")
      }
    }
  }

  // MARK: - Start of authority

  /// A zone without a SOA gets one of the usual figures; its serial follows the epoch.
  private mutating func makeSOAIfNone() {
    guard nodes[0].sets[.soa] == nil, let servers = nodes[0].sets[.ns] else { return }
    var content = servers.contents.first ?? [0]
    let contact = Array("hostmaster".utf8)
    // Where that is no name any more, the root says that there is nobody.
    if apex.bytes.count + 1 + contact.count <= DNSLimits.nameBytes {
      content.append(UInt8(contact.count))
      content.append(contentsOf: contact)
      content.append(contentsOf: apex.bytes)
    } else {
      content.append(0)
    }
    for value in [1, 10_000, 2_400, 604_800, 300] as [UInt32] {
      for shift in [24, 16, 8, 0] as [UInt32] {
        content.append(UInt8(truncatingIfNeeded: value >> shift))
      }
    }
    var set = RecordGroup(ttl: 3_600, index: 0)
    set.insert(content, .soa)
    nodes[0].sets[.soa] = set
    hasMadeSOA = true
  }
}
