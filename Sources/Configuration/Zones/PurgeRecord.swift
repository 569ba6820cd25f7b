// A purge as bytes in the log.

import Cache
import Primitives

/// The stored form of a purge. Tags are never used again for something else.
enum PurgeRecord {
  static let format: UInt8 = 1

  static func write(_ purge: Purge, _ record: inout RecordWriter) {
    record.write(1, purge.isSoft)
    record.write(2, purge.isEverything)
    record.write(3, Int(purge.time.seconds))
    for item in purge.items {
      switch item {
      case .target(let hash): record.write(4, Int(bitPattern: UInt(hash)))
      case .tag(let hash): record.write(5, Int(bitPattern: UInt(hash)))
      case .host(let hash): record.write(6, Int(bitPattern: UInt(hash)))
      case .prefix(let bytes): record.write(7, bytes)
      }
    }
  }

  /// The purge that `bytes` hold; nil if something breaks off.
  static func read(_ bytes: Span<UInt8>) -> Purge? {
    var record = RecordReader(fields: bytes)
    var purge = Purge(time: WallTime(seconds: 0))
    while let tag = record.nextTag() {
      switch tag {
      case 1: purge.isSoft = record.flag
      case 2: purge.isEverything = record.flag
      case 3: purge.time = WallTime(seconds: Int64(record.number))
      case 4: purge.items.append(.target(UInt64(UInt(bitPattern: record.number))))
      case 5: purge.items.append(.tag(UInt64(UInt(bitPattern: record.number))))
      case 6: purge.items.append(.host(UInt64(UInt(bitPattern: record.number))))
      case 7:
        var prefix: [UInt8] = []
        prefix.append(record.content)
        purge.items.append(.prefix(prefix))
      default: continue
      }
    }
    return record.isAtEnd ? purge : nil
  }
}
