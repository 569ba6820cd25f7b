// A token of an account.

import Primitives
import Zones

/// A token without its secret, of which only a digest is stored.
struct APIToken: Equatable, Sendable {
  let id: ObjectID
  let account: ObjectID
  var name: String
  var grants: [Grant]
  var isActive = true
  var issued: WallTime
  var modified: WallTime
  var expires: WallTime?
  /// SHA-256 of the secret, under which `credentials` has it.
  var digest: [UInt8]

  static let format: UInt8 = 1

  /// A token that is made now, by `secret`.
  init(
    account: ObjectID, name: String, grants: [Grant], expires: WallTime?, digest: [UInt8],
    now: WallTime
  ) {
    id = .make()
    self.account = account
    self.name = name
    self.grants = grants
    self.expires = expires
    self.digest = digest
    issued = now
    modified = now
  }

  init?(row: Span<UInt8>, id: ObjectID, account: ObjectID) {
    guard var record = RecordReader(row, format: Self.format) else { return nil }
    self.id = id
    self.account = account
    (name, grants, digest) = ("", [], [])
    issued = WallTime(seconds: 0)
    modified = issued
    while let tag = record.nextTag() {
      switch tag {
      case 1: name = record.text
      case 2: grants.append(Grant(row: record.content))
      case 3: isActive = record.flag
      case 4: issued = WallTime(seconds: Int64(record.number))
      case 5: modified = WallTime(seconds: Int64(record.number))
      case 6: expires = WallTime(seconds: Int64(record.number))
      case 7:
        digest = []
        digest.append(record.content)
      default: continue
      }
    }
  }

  var row: [UInt8] {
    var record = RecordWriter(format: Self.format)
    record.write(1, name)
    for grant in grants { record.write(2) { grant.write(to: &$0) } }
    record.write(3, isActive)
    record.write(4, Int(issued.seconds))
    record.write(5, Int(modified.seconds))
    if let expires { record.write(6, Int(expires.seconds)) }
    record.write(7, digest)
    return record.bytes
  }

  /// As the API says it.
  func status(at now: WallTime) -> String {
    if let expires, expires <= now { return "expired" }
    return isActive ? "active" : "disabled"
  }
}
