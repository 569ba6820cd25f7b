// An image back as records.

package import DNS
import Primitives

extension ZoneImage {
  /// The zone's records as they were given, in the order of the image; a SOA that we made is left out.
  package var records: [ZoneRecord] {
    var records: [ZoneRecord] = []
    let reader = ImageReader(bytes.span)
    for node in 0..<reader.nodeCount {
      guard let owner = Self.name(of: node, reader) else { continue }
      var offset = reader.firstSet(of: node)
      for _ in 0..<reader.setCount(of: node) {
        let set = reader.recordSet(at: offset)
        offset = set.end
        if set.type == .soa, hasMadeSOA { continue }
        append(set, owner, reader, to: &records)
      }
    }
    return records
  }

  /// The first type at the apex that signing makes itself; nil if there is none.
  package var typeMadeBySigning: RecordType? {
    let reader = ImageReader(bytes.span)
    return ZoneSigning.types.first { reader.records($0, of: 0) != nil }
  }

  private func append(
    _ set: ImageReader.RecordSet, _ owner: DomainName, _ reader: borrowing ImageReader,
    to records: inout [ZoneRecord]
  ) {
    var place = set.contents.lowerBound
    while place < set.contents.upperBound {
      let length = Int(bytes[place]) << 8 | Int(bytes[place + 1])
      place += 2
      records.append(
        ZoneRecord(
          name: owner, type: set.type, ttl: set.ttl,
          content: Array(bytes[place..<(place + length)])))
      place += length
    }
  }

  private static func name(of node: Int, _ reader: borrowing ImageReader) -> DomainName? {
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
