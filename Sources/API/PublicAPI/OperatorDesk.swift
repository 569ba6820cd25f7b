// Customers as the operator sees them.

import ConfigurationTree
import Control
import Primitives
import Runtime
import Storage
import Zones

/// Accounts and tokens through the operator's API: where the first ones come from.
///
///     GET POST      /v1/accounts                       {name, email, requests}
///     GET POST      /v1/accounts/ACCOUNT/tokens        {name, scopes, zones, days}
///     DELETE        /v1/accounts/ACCOUNT/tokens/TOKEN
///     POST          /v1/accounts/ACCOUNT/zones         {name}: takes a zone that is there
struct OperatorDesk: CustomerDesk {
  let desk: APIDesk
  /// Forgets what is remembered of credentials.
  let forget: @Sendable () -> Void

  private var store: CustomerStore { desk.store }

  func show(_ path: [String]) throws(ControlRefusal) -> ControlAnswer {
    guard !path.isEmpty else {
      let all = try storage { () throws(StorageError) in
        try store.allAccounts(limit: APILimits.accounts)
      }
      return ControlAnswer(.object([("accounts", .array(all.map { Self.tree($0) }))]))
    }
    let account = try account(path[0])
    if path.count == 1 { return ControlAnswer(Self.tree(account)) }
    guard path.count == 2, path[1] == "tokens" else { throw Self.nothing(path) }
    let tokens = try storage { () throws(StorageError) in try store.allTokens(of: account.id) }
    return ControlAnswer(.object([("tokens", .array(tokens.map { Self.tree($0) }))]))
  }

  private func storage<Result>(
    _ body: () throws(StorageError) -> Result
  ) throws(ControlRefusal) -> Result {
    do throws(StorageError) { return try body() } catch { throw ControlRefusal(error) }
  }

  private func zoneStore(_ body: () throws(ZoneStoreError) -> Void) throws(ControlRefusal) {
    do throws(ZoneStoreError) { try body() } catch { throw ControlRefusal(error) }
  }

  private func found(_ text: String) throws(StorageError) -> Account? {
    if let id = ObjectID(text), let account = try store.account(id) { return account }
    return try store.allAccounts(limit: APILimits.accounts).first {
      $0.name == text || $0.email == text.lowercased()
    }
  }

  private func account(_ text: String) throws(ControlRefusal) -> Account {
    let account = try storage { () throws(StorageError) in try found(text) }
    if let account { return account }
    throw ControlRefusal(
      404, .notFound, "There is no account \(text). Those that there are: skerry account list.")
  }

  private static func nothing(_ path: [String]) -> ControlRefusal {
    ControlRefusal(
      404, .notFound, "There is nothing at /v1/accounts/\(path.joined(separator: "/")).")
  }

  private static func tree(_ account: Account) -> ConfigurationValue {
    .object([
      ("id", .string(account.id.description)), ("name", .string(account.name)),
      ("email", .string(account.email)), ("created", .string(APIText.time(account.created))),
      ("requests", .integer(account.requests ?? APILimits.requests)),
    ])
  }

  private static func tree(_ token: APIToken) -> ConfigurationValue {
    .object([
      ("id", .string(token.id.description)), ("name", .string(token.name)),
      ("status", .string(token.status(at: SystemClock.wall))),
      (
        "scopes",
        .array(token.grants.flatMap { $0.permissions.map { .string($0.rawValue) } })
      ),
      (
        "zones",
        token.grants.first?.zones.map { .array($0.map { .string($0.description) }) }
      ),
      ("issued", .string(APIText.time(token.issued))),
      ("expires", token.expires.map { .string(APIText.time($0)) }),
    ])
  }

  // MARK: - Adding

  func add(
    _ path: [String], _ tree: ConfigurationValue
  ) throws(ControlRefusal) -> ControlAnswer {
    var decoder = ConfigurationDecoder()
    if path.isEmpty { return try addAccount(tree, &decoder) }
    let account = try account(path[0])
    if path.count == 2, path[1] == "tokens" { return try addToken(account, tree, &decoder) }
    if path.count == 2, path[1] == "zones" { return try takeZone(account, tree, &decoder) }
    throw Self.nothing(path)
  }

  private func entry(
    _ action: String, _ subject: String, _ account: Account, after: ConfigurationValue? = nil
  ) -> AuditEntry {
    AuditEntry(
      account: account.id, time: SystemClock.wall, actor: "the operator", action: action,
      subject: subject, after: after)
  }

  private func addAccount(
    _ tree: ConfigurationValue, _ decoder: inout ConfigurationDecoder
  ) throws(ControlRefusal) -> ControlAnswer {
    guard let object = decoder.object(tree, keys: ["name", "email", "requests"]) else {
      throw ControlRefusal(decoder.faults)
    }
    let name = decoder.requiredString("name", in: object, "Give the account's name.")
    let email = decoder.requiredString(
      "email", in: object, "Give the address that belongs to its global key.")
    let requests = decoder.integer("requests", in: object, 1...1_000_000_000)
    if let email, !email.contains("@") || email.contains(" ") {
      decoder.at("email") { $0.report("is \"\(email)\"", "Give an address as a@example.org.") }
    }
    guard let name, let email, decoder.faults.isEmpty else {
      throw ControlRefusal(decoder.faults)
    }
    for (key, text) in [("email", email), ("name", name)] {
      let other = try storage { () throws(StorageError) in try found(text) }
      guard other == nil else {
        throw ControlRefusal(
          422, .invalid, "is \"\(text)\", and there is an account of that already.", path: key)
      }
    }
    guard let key = Secret.make() else { throw Self.noSecret }
    let account = Account(
      id: .make(), name: name, email: email.lowercased(), created: SystemClock.wall,
      requests: requests)
    let shown = Self.tree(account)
    try zoneStore { () throws(ZoneStoreError) in
      try store.add(account, key: key, entry("account.create", name, account, after: shown))
    }
    return ControlAnswer(shown.merging(.object([("key", .string(key.text))])), status: 201)
  }

  private func addToken(
    _ account: Account, _ tree: ConfigurationValue, _ decoder: inout ConfigurationDecoder
  ) throws(ControlRefusal) -> ControlAnswer {
    guard let object = decoder.object(tree, keys: ["name", "scopes", "zones", "days"]) else {
      throw ControlRefusal(decoder.faults)
    }
    let name = decoder.string("name", in: object) ?? "token"
    let days = decoder.integer("days", in: object, 1...36_500)
    var permissions: [Permission] = []
    decoder.list("scopes", in: object, limit: APILimits.grants) { value, decoder in
      let text = value.text ?? ""
      if let found = Permission(rawValue: text) {
        permissions.append(found)
      } else {
        let known = Permission.allCases.map(\.rawValue).joined(separator: ", ")
        decoder.report("is \"\(text)\"", "Give one of \(known).", at: value.position)
      }
    }
    if object.value("scopes") == nil { permissions = Permission.allCases }
    var zones: [ZoneID]?
    var failure: StorageError?
    decoder.list("zones", in: object, limit: APILimits.grants) { value, decoder in
      let text = value.text ?? ""
      do throws(StorageError) {
        guard let id = try store.zone(named: text.lowercased(), of: account.id) else {
          return decoder.report(
            "is \"\(text)\", and the account has no such zone", "Give the name of one that it has.",
            at: value.position)
        }
        zones = (zones ?? []) + [id]
      } catch { failure = error }
    }
    if let failure { throw ControlRefusal(failure) }
    guard decoder.faults.isEmpty else { throw ControlRefusal(decoder.faults) }
    guard let secret = Secret.make() else { throw Self.noSecret }
    let now = SystemClock.wall
    let token = APIToken(
      account: account.id, name: name, grants: [Grant(permissions, zones: zones)],
      expires: days.map { WallTime(seconds: now.seconds + Int64($0) * 86_400) },
      digest: secret.digest, now: now)
    let shown = Self.tree(token)
    try zoneStore { () throws(ZoneStoreError) in
      try store.put(
        token, inPlaceOf: nil,
        entry("token.create", "\(name) \(token.id)", account, after: shown))
    }
    return ControlAnswer(shown.merging(.object([("value", .string(secret.text))])), status: 201)
  }

  private static let noSecret = ControlRefusal(500, .refused, "No secret could be made.")

  /// A zone that the operator made becomes the account's, as it is.
  private func takeZone(
    _ account: Account, _ tree: ConfigurationValue, _ decoder: inout ConfigurationDecoder
  ) throws(ControlRefusal) -> ControlAnswer {
    guard let object = decoder.object(tree, keys: ["name"]),
      let name = decoder.requiredString("name", in: object, "Give the zone's name.")
    else { throw ControlRefusal(decoder.faults) }
    let id = try storage { () throws(StorageError) in try store.zones.zone(named: name) }
    guard let id else {
      throw ControlRefusal(
        404, .notFound, "There is no zone \(name): skerry zone list.", path: "name")
    }
    let owner = try storage { () throws(StorageError) in try store.customerZone(id)?.account }
    guard owner == nil else {
      throw ControlRefusal(
        422, .invalid, "is \"\(name)\", which belongs to an account already.", path: "name")
    }
    let zone = CustomerZone(
      id: id, account: account.id, nameServers: desk.nameServers(of: id), now: SystemClock.wall)
    try zoneStore { () throws(ZoneStoreError) in
      _ = try store.zones.apply([]) { (sequence, change) throws(StorageError) in
        try store.write(zone, named: name.lowercased(), records: [:], &change)
        try store.write(entry("zone.take", name, account), sequence, &change)
      }
    }
    return ControlAnswer(
      .object([("id", .string(id.description)), ("name", .string(name.lowercased()))]),
      status: 201)
  }

  // MARK: - Removing

  func remove(_ path: [String]) throws(ControlRefusal) -> ControlAnswer {
    guard path.count == 3, path[1] == "tokens" else { throw Self.nothing(path) }
    let account = try account(path[0])
    guard let id = ObjectID(path[2]) else { throw Self.nothing(path) }
    let found = try storage { () throws(StorageError) in try store.token(id, of: account.id) }
    guard let token = found else { throw Self.nothing(path) }
    try zoneStore { () throws(ZoneStoreError) in
      try store.remove(token, entry("token.delete", "\(token.name) \(token.id)", account))
    }
    forget()
    return ControlAnswer(.object([("removed", .string(token.id.description))]))
  }
}
