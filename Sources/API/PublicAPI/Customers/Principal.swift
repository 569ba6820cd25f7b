// Who asks.

import Primitives

/// An account, and by which credential it asks.
struct Principal: Sendable {
  let account: Account
  /// Nil: by the account's global key, which may do everything in it.
  let token: APIToken?

  /// As the audit log has it.
  var actor: String { token.map { "token \($0.id)" } ?? "key of \(account.email)" }

  /// Whether it may do `permission` in `zone`, or (nil) in the account as a whole.
  func allows(_ permission: Permission, in zone: ZoneID? = nil) -> Bool {
    guard let token else { return true }
    return token.grants.contains { $0.allows(permission, in: zone) }
  }

  /// Whether there is a zone in which it may do `permission`.
  func allowsSomewhere(_ permission: Permission) -> Bool {
    guard let token else { return true }
    return token.grants.contains { grant in
      grant.permissions.contains { $0.includes(permission) }
    }
  }
}
