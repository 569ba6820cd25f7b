// What belongs to a zone of a customer beside its configuration.

import Primitives
import Zones

/// A zone's account, and its way to us.
struct CustomerZone: Equatable, Sendable {
  let id: ZoneID
  let account: ObjectID
  var created: WallTime
  var modified: WallTime
  /// When its delegation led to us first; nil: it does not.
  var activated: WallTime?
  /// Those that the zone above is to name.
  var nameServers: [String]
  /// The number of the change by which the rows of its records and what is answered agreed.
  var syncedSequence: UInt64

  static let format: UInt8 = 1

  init(id: ZoneID, account: ObjectID, nameServers: [String], now: WallTime) {
    self.id = id
    self.account = account
    self.nameServers = nameServers
    created = now
    modified = now
    syncedSequence = 0
  }

  init?(row: Span<UInt8>, id: ZoneID) {
    guard var record = RecordReader(row, format: Self.format) else { return nil }
    var owner: ObjectID?
    self.id = id
    nameServers = []
    created = WallTime(seconds: 0)
    modified = created
    syncedSequence = 0
    while let tag = record.nextTag() {
      switch tag {
      case 1: owner = ZoneKeys.id(record.content)
      case 2: created = WallTime(seconds: Int64(record.number))
      case 3: modified = WallTime(seconds: Int64(record.number))
      case 4: activated = WallTime(seconds: Int64(record.number))
      case 5: nameServers.append(record.text)
      case 6: syncedSequence = UInt64(record.number)
      default: continue
      }
    }
    guard let owner else { return nil }
    account = owner
  }

  var row: [UInt8] {
    var record = RecordWriter(format: Self.format)
    record.write(1, ZoneKeys.key(account))
    record.write(2, Int(created.seconds))
    record.write(3, Int(modified.seconds))
    if let activated { record.write(4, Int(activated.seconds)) }
    for server in nameServers { record.write(5, server) }
    record.write(6, Int(syncedSequence))
    return record.bytes
  }
}
