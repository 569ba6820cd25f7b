// A customer.

import Primitives
import Zones

/// An account: whose zones, tokens and requests are counted together.
struct Account: Equatable, Sendable {
  let id: ObjectID
  var name: String
  /// Whose global key it is.
  var email: String
  var created: WallTime
  /// Requests in a window of `APILimits.window`; nil: the usual.
  var requests: Int?

  init(
    id: ObjectID, name: String, email: String, created: WallTime, requests: Int? = nil
  ) {
    self.id = id
    self.name = name
    self.email = email
    self.created = created
    self.requests = requests
  }

  static let format: UInt8 = 1

  init?(row: Span<UInt8>, id: ObjectID) {
    guard var record = RecordReader(row, format: Self.format) else { return nil }
    self.init(id: id, name: "", email: "", created: WallTime(seconds: 0))
    while let tag = record.nextTag() {
      switch tag {
      case 1: name = record.text
      case 2: email = record.text
      case 3: created = WallTime(seconds: Int64(record.number))
      case 4: requests = record.number
      default: continue
      }
    }
  }

  var row: [UInt8] {
    var record = RecordWriter(format: Self.format)
    record.write(1, name)
    record.write(2, email)
    record.write(3, Int(created.seconds))
    if let requests { record.write(4, requests) }
    return record.bytes
  }
}
