// The records of the log.

import Cache
import Primitives

/// The stored form of a change: format, kind, identity, then the name. What purges has a format of its
/// own: after the identity a record with the name and what was purged.
enum ChangeLog {
  static let format: UInt8 = 1
  static let purgeFormat: UInt8 = 2

  static func write(_ change: ZoneChangeRecord) -> [UInt8] {
    guard let purge = change.purge else {
      return [format, change.kind.rawValue] + ZoneKeys.key(change.zone) + Array(change.name.utf8)
    }
    var record = RecordWriter(format: PurgeRecord.format)
    record.write(1, change.name)
    record.write(2) { PurgeRecord.write(purge, &$0) }
    return [purgeFormat, change.kind.rawValue] + ZoneKeys.key(change.zone) + record.bytes
  }

  static func read(_ bytes: Span<UInt8>, sequence: UInt64) -> ZoneChangeRecord? {
    guard bytes.count >= 18, let id = ZoneKeys.id(bytes, at: 2),
      let kind = ZoneChangeRecord.Kind(rawValue: bytes[1])
    else { return nil }
    let rest = bytes.extracting(18...)
    switch (bytes[0], kind) {
    case (purgeFormat, _): return readPurge(rest, sequence, id, kind)
    case (format, .added), (format, .changed), (format, .removed):
      var name: [UInt8] = []
      name.append(rest)
      return ZoneChangeRecord(
        sequence: sequence, zone: id, name: String(decoding: name, as: UTF8.self), kind: kind)
    default: return nil
    }
  }

  private static func readPurge(
    _ bytes: Span<UInt8>, _ sequence: UInt64, _ id: ZoneID, _ kind: ZoneChangeRecord.Kind
  ) -> ZoneChangeRecord? {
    guard var record = RecordReader(bytes, format: PurgeRecord.format) else { return nil }
    var name = ""
    var purge: Purge?
    while let tag = record.nextTag() {
      switch tag {
      case 1: name = record.text
      case 2: purge = PurgeRecord.read(record.content)
      default: continue
      }
    }
    guard record.isAtEnd, let purge else { return nil }
    return ZoneChangeRecord(sequence: sequence, zone: id, name: name, kind: kind, purge: purge)
  }
}
