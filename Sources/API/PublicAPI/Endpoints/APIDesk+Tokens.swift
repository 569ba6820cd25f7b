// Accounts and their tokens.

import ConfigurationTree
import Control
import Primitives
import Runtime
import Storage
import Zones

extension APIDesk {
  /// GET /accounts: a token belongs to one.
  func listAccounts(_ call: APICall, _ principal: Principal) throws(APIError) -> APIOutcome {
    try one(principal.account.tree, call)
  }

  /// GET /memberships: whoever has the account's key or a token belongs to it.
  func listMemberships(_ call: APICall, _ principal: Principal) throws(APIError) -> APIOutcome {
    let account = principal.account
    return try one(
      .object([
        ("id", .string(account.id.description)), ("status", .string("accepted")),
        ("account", account.tree), ("roles", .array([])), ("policies", .array([])),
        ("permissions", .object([])),
      ]), call)
  }

  /// A list of one element.
  private func one(
    _ element: ConfigurationValue, _ call: APICall
  ) throws(APIError) -> APIOutcome {
    let page = try APIPage(call.query, usual: 20, maximum: 1_000)
    let all = [element]
    return APIOutcome(APIAnswer(.array(Array(all[page.range(of: 1)])), info: page.tree(of: 1)))
  }

  /// GET /user
  func showUser(_ principal: Principal) -> APIOutcome {
    let account = principal.account
    return APIOutcome(
      .object([
        ("id", .string(account.id.description)), ("email", .string(account.email)),
        ("first_name", APIText.null), ("last_name", APIText.null), ("suspended", .bool(false)),
        ("organizations", .array([])), ("created_on", .string(APIText.time(account.created))),
      ]))
  }

  /// GET /user/tokens/verify
  func verifyToken(_ principal: Principal) throws(APIError) -> APIOutcome {
    guard let token = principal.token else {
      throw APIError(400, 1_001, "The request shows a key, and no token")
    }
    return APIOutcome(
      .object([
        ("id", .string(token.id.description)),
        ("status", .string(token.status(at: SystemClock.wall))),
        ("expires_on", token.expires.map { .string(APIText.time($0)) }),
      ]))
  }

  /// GET /user/tokens/permission_groups
  func listPermissions() -> APIOutcome {
    APIOutcome(
      .array(
        Permission.allCases.map { permission in
          let scope = permission.isOfZones ? APIToken.zonePrefix : APIToken.accountPrefix
          return .object([
            ("id", .string(permission.group.description)), ("name", .string(permission.name)),
            ("key", .string(permission.rawValue)),
            ("scopes", .array([.string(String(scope.dropLast()))])),
          ])
        }))
  }

  /// GET /user/tokens
  func listTokens(_ call: APICall, _ principal: Principal) throws(APIError) -> APIOutcome {
    let page = try APIPage(call.query, usual: 20, maximum: APILimits.tokens)
    let all = try storage { () throws(StorageError) in
      try store.allTokens(of: principal.account.id)
    }
    let trees = all[page.range(of: all.count)].map(\.tree)
    return APIOutcome(APIAnswer(.array(trees), info: page.tree(of: all.count)))
  }

  func token(_ call: APICall, _ principal: Principal) throws(APIError) -> APIToken {
    guard let id = call.id("token") else { throw .noRoute(call.path) }
    let found = try storage { () throws(StorageError) in
      try store.token(id, of: principal.account.id)
    }
    guard let found else { throw APIError(404, 1_003, "Invalid API token identifier") }
    return found
  }

  /// POST /user/tokens: the secret is in this answer and nowhere else.
  func createToken(_ call: APICall, _ principal: Principal) throws(APIError) -> APIOutcome {
    let reading = try reading(call, principal)
    let count = try storage { () throws(StorageError) in
      try store.allTokens(of: principal.account.id).count
    }
    guard count < APILimits.tokens, let secret = Secret.make() else {
      throw APIError(400, 1_010, "The account has \(count) tokens, and at most \(APILimits.tokens)")
    }
    var token = APIToken(
      account: principal.account.id, name: reading.name, grants: reading.grants,
      expires: reading.expires, digest: secret.digest, now: SystemClock.wall)
    token.isActive = reading.isActive
    let new = token
    try zoneStore { () throws(ZoneStoreError) in
      try store.put(
        new, inPlaceOf: nil,
        entry("token.create", "\(new.name) \(new.id)", principal, after: new.tree))
    }
    return APIOutcome(new.tree.merging(.object([("value", .string(secret.text))])))
  }

  /// What the content says of a token, which must be allowed no more than who asks.
  private func reading(
    _ call: APICall, _ principal: Principal
  ) throws(APIError) -> TokenReading {
    var reading = TokenReading(try call.tree(), account: principal.account.id)
    for (index, grant) in reading.grants.enumerated() {
      for permission in grant.permissions {
        let isHeld =
          grant.zones.map { zones in
            zones.allSatisfy { principal.allows(permission, in: permission.isOfZones ? $0 : nil) }
          } ?? principal.allows(permission)
        guard !isHeld else { continue }
        reading.faults.append(
          .invalid(
            "/policies/\(index)/permission_groups",
            "has \(permission.name), which the token that asks does not have itself"))
      }
    }
    if let end = principal.token?.expires, reading.expires.map({ $0 > end }) ?? true {
      reading.faults.append(
        .invalid("/expires_on", "is later than the end of the token that asks, or missing"))
    }
    guard reading.faults.isEmpty else {
      throw APIError(invalid: reading.faults, code: 1_001, "Token can't be made")
    }
    return reading
  }

  /// PUT /user/tokens/:token
  func replaceToken(_ call: APICall, _ principal: Principal) throws(APIError) -> APIOutcome {
    let old = try token(call, principal)
    let reading = try reading(call, principal)
    var new = old
    (new.name, new.grants, new.expires) = (reading.name, reading.grants, reading.expires)
    (new.isActive, new.modified) = (reading.isActive, SystemClock.wall)
    return try put(new, inPlaceOf: old, "token.update", principal)
  }

  /// PUT /user/tokens/:token/value
  func rollToken(_ call: APICall, _ principal: Principal) throws(APIError) -> APIOutcome {
    let old = try token(call, principal)
    // With its new secret whoever asks could do what the token may.
    for grant in old.grants {
      for permission in grant.permissions {
        for zone in grant.zones.map({ $0.map { Optional($0) } }) ?? [nil] {
          guard principal.allows(permission, in: zone) else { throw .unauthorized }
        }
      }
    }
    if let end = principal.token?.expires, old.expires.map({ $0 > end }) ?? true {
      throw .unauthorized
    }
    guard let secret = Secret.make() else { throw APIError(500, 10_001, "No secret could be made") }
    var new = old
    (new.digest, new.modified) = (secret.digest, SystemClock.wall)
    var outcome = try put(new, inPlaceOf: old, "token.roll", principal)
    outcome.answer = APIAnswer(.string(secret.text))
    return outcome
  }

  private func put(
    _ new: APIToken, inPlaceOf old: APIToken, _ action: String, _ principal: Principal
  ) throws(APIError) -> APIOutcome {
    try zoneStore { () throws(ZoneStoreError) in
      try store.put(
        new, inPlaceOf: old,
        entry(action, "\(new.name) \(new.id)", principal, before: old.tree, after: new.tree))
    }
    var outcome = APIOutcome(new.tree)
    outcome.changesCredentials = true
    return outcome
  }

  /// DELETE /user/tokens/:token
  func removeToken(_ call: APICall, _ principal: Principal) throws(APIError) -> APIOutcome {
    let token = try token(call, principal)
    try zoneStore { () throws(ZoneStoreError) in
      try store.remove(
        token, entry("token.delete", "\(token.name) \(token.id)", principal, before: token.tree))
    }
    var outcome = APIOutcome(.object([("id", .string(token.id.description))]))
    outcome.changesCredentials = true
    return outcome
  }

  /// GET /accounts/:account/audit_logs: the latest first.
  func listAudit(_ call: APICall, _ principal: Principal) throws(APIError) -> APIOutcome {
    let page = try APIPage(call.query, usual: 100, maximum: APILimits.auditLines)
    var lines: [ConfigurationValue] = []
    let count = try storage { () throws(StorageError) in
      try store.auditLines(of: principal.account.id, on: page) { row, sequence in
        if let tree = AuditEntry.tree(row, sequence: sequence) { lines.append(tree) }
      }
    }
    return APIOutcome(APIAnswer(.array(lines), info: page.tree(of: count)))
  }
}
