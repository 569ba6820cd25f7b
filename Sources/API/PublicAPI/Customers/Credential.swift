// What a secret opens.

import Primitives
import Zones

/// Whose secret it is: an account's global key, or one of its tokens.
struct Credential: Equatable, Sendable {
  let account: ObjectID
  let token: ObjectID?

  init(account: ObjectID, token: ObjectID?) {
    self.account = account
    self.token = token
  }

  init?(row: Span<UInt8>) {
    guard let account = ZoneKeys.id(row) else { return nil }
    self.account = account
    token = ZoneKeys.id(row, at: 16)
  }

  var row: [UInt8] { ZoneKeys.key(account) + (token.map { ZoneKeys.key($0) } ?? []) }
}
