// What has changed between two images of a zone.

import DNS
import Primitives

extension ZoneImage {
  /// What to send to who has this image and is to have `new` (RFC 1995 section 4): the old SOA, what is
  /// removed, the new SOA, what is added. Nil if both are not of one zone, or it takes more than
  /// `limitBytes`. Takes time in proportion to the images: not for loops.
  package func differences(to new: ZoneImage, limitBytes: Int) -> RecordList? {
    guard apex == new.apex else { return nil }
    var comparison = ImageComparison(limitBytes: limitBytes)
    guard comparison.compare(ImageReader(bytes.span), ImageReader(new.bytes.span)) else {
      return nil
    }
    var list = RecordList()
    list.append(comparison.removed)
    list.append(comparison.added)
    return list
  }
}

/// The comparison of two images of one zone.
private struct ImageComparison {
  let limitBytes: Int
  var removed = RecordList()
  var added = RecordList()
  private var owner: [UInt8] = []

  init(limitBytes: Int) { self.limitBytes = limitBytes }

  private var isTooLong: Bool { removed.bytes.count + added.bytes.count > limitBytes }

  /// Gathers the differences; false if there are too many.
  mutating func compare(
    _ old: borrowing ImageReader, _ new: borrowing ImageReader
  ) -> Bool {
    removed.append(
      owner: old.apex, type: .soa, ttl: old.soa.ttl, contents: old.contents(of: old.soa))
    added.append(
      owner: new.apex, type: .soa, ttl: new.soa.ttl, contents: new.contents(of: new.soa))
    // Parents come before their children. Where each old node is in the new image; -1: nowhere.
    var places: [Int32] = []
    var isOld = [Bool](repeating: false, count: new.nodeCount)
    for node in 0..<old.nodeCount {
      let place = Self.place(of: node, old, new, places)
      places.append(Int32(place ?? -1))
      if let place { isOld[place] = true }
      ZoneWalk.putName(of: node, old, into: &owner)
      compareSets(of: node, old, place, new)
      if isTooLong { return false }
    }
    for node in 0..<new.nodeCount where !isOld[node] {
      ZoneWalk.putName(of: node, new, into: &owner)
      var sets = SetWalk(node, new)
      while let set = sets.next(new) { add(set, new) }
      if isTooLong { return false }
    }
    return true
  }

  private static func place(
    of node: Int, _ old: borrowing ImageReader, _ new: borrowing ImageReader, _ places: [Int32]
  ) -> Int? {
    guard node > 0 else { return 0 }
    let parent = places[old.parent(of: node)]
    return parent < 0 ? nil : new.child(of: Int(parent), old.label(of: node), labelAt: 0)
  }

  /// The sets of a name, which are in the order of their types in both.
  private mutating func compareSets(
    of node: Int, _ old: borrowing ImageReader, _ place: Int?, _ new: borrowing ImageReader
  ) {
    var oldSets = SetWalk(node, old)
    var newSets = SetWalk(place, new)
    var (one, other) = (oldSets.next(old), newSets.next(new))
    while one != nil || other != nil {
      let types = (one?.type.rawValue ?? .max, other?.type.rawValue ?? .max)
      if types.0 < types.1 || other == nil {
        if let one { remove(one, old) }
        one = oldSets.next(old)
      } else if types.1 < types.0 || one == nil {
        if let other { add(other, new) }
        other = newSets.next(new)
      } else {
        if let one, let other { compare(one, old, other, new) }
        (one, other) = (oldSets.next(old), newSets.next(new))
      }
    }
  }

  private mutating func compare(
    _ one: ImageReader.RecordSet, _ old: borrowing ImageReader, _ other: ImageReader.RecordSet,
    _ new: borrowing ImageReader
  ) {
    guard one.type != .soa else { return }
    guard one.ttl == other.ttl else {
      remove(one, old)
      return add(other, new)
    }
    guard !old.contents(of: one).equals(new.contents(of: other)) else { return }
    let (before, after) = (Self.records(one, old), Self.records(other, new))
    let (kept, known) = (Set(after), Set(before))
    let owner = self.owner
    for record in before where !kept.contains(record) {
      removed.append(owner: owner.span, type: one.type, ttl: one.ttl, contents: record.span)
    }
    for record in after where !known.contains(record) {
      added.append(owner: owner.span, type: one.type, ttl: one.ttl, contents: record.span)
    }
  }

  /// The records of a set, each as a run of one content.
  private static func records(
    _ set: ImageReader.RecordSet, _ reader: borrowing ImageReader
  ) -> [[UInt8]] {
    let contents = reader.contents(of: set)
    var records: [[UInt8]] = []
    var place = 0
    while place < contents.count {
      let end = place + 2 + Int(contents.uint16(at: place))
      var record: [UInt8] = []
      record.append(contents.extracting(place..<end))
      records.append(record)
      place = end
    }
    return records
  }

  private mutating func remove(
    _ set: ImageReader.RecordSet, _ reader: borrowing ImageReader
  ) {
    let owner = self.owner
    removed.append(
      owner: owner.span, type: set.type, ttl: set.ttl, contents: reader.contents(of: set))
  }

  private mutating func add(_ set: ImageReader.RecordSet, _ reader: borrowing ImageReader) {
    let owner = self.owner
    added.append(
      owner: owner.span, type: set.type, ttl: set.ttl, contents: reader.contents(of: set))
  }
}

/// Goes through the sets of one node.
private struct SetWalk {
  private var rest: Int
  private var offset: Int

  init(_ node: Int?, _ reader: borrowing ImageReader) {
    rest = node.map { reader.setCount(of: $0) } ?? 0
    offset = node.map { reader.firstSet(of: $0) } ?? 0
  }

  mutating func next(_ reader: borrowing ImageReader) -> ImageReader.RecordSet? {
    guard rest > 0 else { return nil }
    let set = reader.recordSet(at: offset)
    offset = set.end
    rest -= 1
    return set
  }
}
