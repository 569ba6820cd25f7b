// A DNS record as customers know it.

import DNS
import Primitives
import Zones

/// A record with its identity, which it keeps whatever becomes of it and of others.
struct DNSRecord: Equatable, Sendable {
  let id: ObjectID
  /// In full, in lower case, without the final dot.
  var name: String
  var type: RecordType
  /// Seconds; 1 leaves it to us.
  var ttl: Int
  /// As in a message.
  var content: [UInt8]
  /// As it was given, where that is shown rather than what it stands for: of TXT.
  var text: String?
  /// Whether we stand before what it names.
  var isProxied = false
  var comment = ""
  var tags: [String] = []
  var created: WallTime
  var modified: WallTime

  static let format: UInt8 = 1

  init(
    id: ObjectID, name: String, type: RecordType, ttl: Int, content: [UInt8], now: WallTime
  ) {
    self.id = id
    self.name = name
    self.type = type
    self.ttl = ttl
    self.content = content
    created = now
    modified = now
  }

  init?(row: Span<UInt8>, id: ObjectID) {
    guard var record = RecordReader(row, format: Self.format) else { return nil }
    let zero = WallTime(seconds: 0)
    self.init(id: id, name: "", type: .a, ttl: 1, content: [], now: zero)
    while let tag = record.nextTag() {
      switch tag {
      case 1: name = record.text
      case 2: type = RecordType(rawValue: UInt16(truncatingIfNeeded: record.number))
      case 3: ttl = record.number
      case 4: content.append(record.content)
      case 5: text = record.text
      case 6: isProxied = record.flag
      case 7: comment = record.text
      case 8: tags.append(record.text)
      case 9: created = WallTime(seconds: Int64(record.number))
      case 10: modified = WallTime(seconds: Int64(record.number))
      default: continue
      }
    }
  }

  var row: [UInt8] {
    var record = RecordWriter(format: Self.format)
    record.write(1, name)
    record.write(2, Int(type.rawValue))
    record.write(3, ttl)
    record.write(4, content)
    record.write(5, text)
    if isProxied { record.write(6, true) }
    if !comment.isEmpty { record.write(7, comment) }
    for tag in tags { record.write(8, tag) }
    record.write(9, Int(created.seconds))
    record.write(10, Int(modified.seconds))
    return record.bytes
  }

  /// The TTL that is answered.
  var answeredTTL: UInt32 { UInt32(ttl <= 1 ? APILimits.automaticTTL : ttl) }

  /// Whether it may be proxied.
  var isProxiable: Bool { type == .a || type == .aaaa || type == .cname }

  /// What makes it the same record as another: name, type and content, names in any case.
  var key: RecordKey { RecordKey(name: name, type: type, content: content) }
}
