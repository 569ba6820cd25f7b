// The zones of an export, put together from its sections.

import Primitives
import Storage

/// Takes the sections of an export in their order, later ones over earlier ones.
struct ExportedZones {
  private(set) var sequence: UInt64 = 0
  /// Why the last section was not taken.
  private(set) var problem = ""
  private var zones: [ZoneConfiguration?] = []
  private var positions: [ZoneID: Int] = [:]

  var all: [ZoneConfiguration] { zones.compactMap { $0 } }

  /// Takes the section at `start` and returns where it ends. Nil, and nothing is changed, if it is
  /// damaged or does not end.
  mutating func take(_ bytes: Span<UInt8>, from start: Int) -> Int? {
    guard let (body, items) = ZoneExport.items(of: bytes, from: start),
      ZoneKeys.number(bytes, at: body.upperBound)
        == UInt64(Checksum(of: bytes.extracting(body)).value)
    else {
      problem = "is damaged (its checksum is wrong)"
      return nil
    }
    var read: [ZoneConfiguration?] = []
    read.reserveCapacity(items.count)
    for item in items {
      guard let record = item.record else {
        read.append(nil)
        continue
      }
      guard let zone = Self.zone(bytes, item, record) else {
        problem = "holds a zone that this version can't read"
        return nil
      }
      read.append(zone)
    }
    for (item, zone) in zip(items, read) { put(zone, item.id) }
    sequence = ZoneKeys.number(bytes, at: start + ZoneExport.mark.count)
    return body.upperBound + 8
  }

  private mutating func put(_ zone: ZoneConfiguration?, _ id: ZoneID) {
    if let position = positions[id] {
      zones[position] = zone
    } else {
      positions[id] = zones.count
      zones.append(zone)
    }
  }

  private static func zone(
    _ bytes: Span<UInt8>, _ item: ZoneExport.ItemPlace, _ record: Range<Int>
  ) -> ZoneConfiguration? {
    guard var zone = ZoneRecord.read(bytes.extracting(record), id: item.id) else { return nil }
    guard let keys = item.keys else { return zone }
    return ZoneRecord.readKeys(bytes.extracting(keys), into: &zone) ? zone : nil
  }
}
