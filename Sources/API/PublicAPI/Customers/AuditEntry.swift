// A line of the audit log.

import ConfigurationTree
import Primitives
import Zones

/// Who changed what: before and after. Secrets are never in it.
struct AuditEntry: Sendable {
  let account: ObjectID
  let time: WallTime
  let actor: String
  /// As `dns_record.create`.
  let action: String
  /// What it was done to.
  let subject: String
  var zone: ZoneID?
  var before: ConfigurationValue?
  var after: ConfigurationValue?

  static let format: UInt8 = 1

  var row: [UInt8] {
    var record = RecordWriter(format: Self.format)
    record.write(1, Int(time.seconds))
    record.write(2, actor)
    record.write(3, action)
    record.write(4, subject)
    if let zone { record.write(5, ZoneKeys.key(zone)) }
    if let before { record.write(6, JSONWriter.write(before)) }
    if let after { record.write(7, JSONWriter.write(after)) }
    return record.bytes
  }

  /// The line `row`, which has the number `sequence`, as the API shows it; nil if it is none.
  static func tree(_ row: Span<UInt8>, sequence: UInt64) -> ConfigurationValue? {
    guard var record = RecordReader(row, format: format) else { return nil }
    var members: [(String, ConfigurationValue?)] = [("id", .string(String(sequence)))]
    while let tag = record.nextTag() {
      switch tag {
      case 1:
        let time = WallTime(seconds: Int64(record.number))
        members.append(("when", .string(APIText.time(time))))
      case 2: members.append(("actor", .string(record.text)))
      case 3: members.append(("action", .string(record.text)))
      case 4: members.append(("resource", .string(record.text)))
      case 5:
        members.append(("zone_id", ZoneKeys.id(record.content).map { .string($0.description) }))
      case 6: members.append(("oldValueJson", APIText.tree(record.content)))
      case 7: members.append(("newValueJson", APIText.tree(record.content)))
      default: continue
      }
    }
    return .object(members)
  }
}
