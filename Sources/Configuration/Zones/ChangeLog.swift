// The records of the log.

import Primitives

/// The stored form of a change: format, kind, identity, then the name.
enum ChangeLog {
  static let format: UInt8 = 1

  static func write(_ change: ZoneChangeRecord) -> [UInt8] {
    [format, change.kind.rawValue] + ZoneKeys.key(change.zone) + Array(change.name.utf8)
  }

  static func read(_ bytes: Span<UInt8>, sequence: UInt64) -> ZoneChangeRecord? {
    guard bytes.count >= 18, bytes[0] == format, let id = ZoneKeys.id(bytes, at: 2),
      let kind = ZoneChangeRecord.Kind(rawValue: bytes[1])
    else { return nil }
    var name: [UInt8] = []
    name.append(bytes.extracting(18...))
    return ZoneChangeRecord(
      sequence: sequence, zone: id, name: String(decoding: name, as: UTF8.self), kind: kind)
  }
}
