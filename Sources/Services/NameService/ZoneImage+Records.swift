// An image back as records.

package import DNS
import Primitives

extension ZoneImage {
  /// The zone's records as they were given, in the order of the image; a SOA that we made is left out.
  package var records: [ZoneRecord] { configuredRecords.map(\.record) }

  /// The same with what the configuration says of them.
  package var configuredRecords: [(record: ZoneRecord, traits: RecordTraits)] {
    var records: [(record: ZoneRecord, traits: RecordTraits)] = []
    let reader = ImageReader(bytes.span)
    for node in 0..<reader.nodeCount {
      guard let owner = Self.name(of: node, reader) else { continue }
      var offset = reader.firstSet(of: node)
      for _ in 0..<reader.setCount(of: node) {
        let set = reader.recordSet(at: offset)
        offset = set.end
        if set.type == .soa, hasMadeSOA { continue }
        let first = records.count
        append(set.type, set.ttl, set.contents, owner, RecordTraits(), to: &records)
        let check = reader.healthCheck(set.type, of: node)
        for index in first..<records.count {
          records[index].traits.weight = reader.weight(ofRecord: index - first, set.type, of: node)
          records[index].traits.check = check
        }
      }
      for _ in 0..<reader.ruleCount(of: node) {
        appendRule(at: offset, of: node, owner, reader, to: &records)
        offset = reader.endOfRule(at: offset)
      }
    }
    return records
  }

  private func appendRule(
    at rule: Int, of node: Int, _ owner: DomainName, _ reader: borrowing ImageReader,
    to records: inout [(record: ZoneRecord, traits: RecordTraits)]
  ) {
    switch bytes[rule + ImageReader.Rule.kind] {
    case ImageReader.RuleKind.flattened:
      guard let alias = reader.aliasTarget(of: node) else { return }
      let record = ZoneRecord(
        name: owner, type: .cname, ttl: alias.ttl, content: Array(bytes[alias.name]))
      records.append((record, RecordTraits(isFlattened: node > 0)))
    case ImageReader.RuleKind.weighted, ImageReader.RuleKind.checked: return
    default:
      let set = reader.placedSet(at: rule)
      append(
        set.type, set.ttl, set.contents, owner, RecordTraits(places: reader.places(of: rule)),
        to: &records)
    }
  }

  /// The first type at the apex that signing makes itself; nil if there is none.
  package var typeMadeBySigning: RecordType? {
    let reader = ImageReader(bytes.span)
    return ZoneSigning.allTypes.first { reader.records($0, of: 0) != nil }
  }

  private func append(
    _ type: RecordType, _ ttl: UInt32, _ contents: Range<Int>, _ owner: DomainName,
    _ traits: RecordTraits, to records: inout [(record: ZoneRecord, traits: RecordTraits)]
  ) {
    var place = contents.lowerBound
    while place < contents.upperBound {
      let length = Int(bytes[place]) << 8 | Int(bytes[place + 1])
      place += 2
      let record = ZoneRecord(
        name: owner, type: type, ttl: ttl, content: Array(bytes[place..<(place + length)]))
      records.append((record, traits))
      place += length
    }
  }

  static func name(of node: Int, _ reader: borrowing ImageReader) -> DomainName? {
    var wire: [UInt8] = []
    var node = node
    while node > 0 {
      wire.append(reader.label(of: node))
      node = reader.parent(of: node)
    }
    wire.append(reader.apex)
    return DomainName(checkedWire: wire)
  }
}

extension DomainName {
  /// A name in wire form that was checked before; nil if it is none after all.
  init?(checkedWire wire: [UInt8]) {
    do throws(DNSError) { try self.init(wire: wire.span) } catch { return nil }
  }
}
