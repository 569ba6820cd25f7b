// Customers on disk, beside the zones.

import Primitives
import Storage
import TLS
import Zones

/// Accounts, tokens, what belongs to zones and records beside the configuration, and the audit log: tables of the
/// store of zones, so that a change of a zone and what is noted of it are one transaction.
///
/// Reading may touch the disk.
struct CustomerStore: Sendable {
  let zones: ZoneStore
  /// Identity -> `Account`.
  let accounts: StorageTable
  /// SHA-256 of a secret -> `Credential`.
  let credentials: StorageTable
  /// Account and identity -> `APIToken`.
  let tokens: StorageTable
  /// Zone -> `CustomerZone`.
  let customerZones: StorageTable
  /// Account and name -> zone.
  let accountZones: StorageTable
  /// Zone and identity -> `DNSRecord`.
  let records: StorageTable
  /// Account and number of the change -> `AuditEntry`.
  let audit: StorageTable

  init(_ zones: ZoneStore) {
    self.zones = zones
    accounts = zones.table(beside: "accounts")
    credentials = zones.table(beside: "credentials")
    tokens = zones.table(beside: "tokens")
    customerZones = zones.table(beside: "customerZones")
    accountZones = zones.table(beside: "accountZones")
    records = zones.table(beside: "dnsRecords")
    audit = zones.table(beside: "audit")
  }

  static func key(_ first: ObjectID, _ second: ObjectID) -> [UInt8] {
    ZoneKeys.key(first) + ZoneKeys.key(second)
  }

  static func key(_ account: ObjectID, name: String) -> [UInt8] {
    ZoneKeys.key(account) + Array(name.utf8)
  }

  // MARK: - Accounts

  func account(_ id: ObjectID) throws(StorageError) -> Account? {
    let key = ZoneKeys.key(id)
    return try zones.readBeside { (state) throws(StorageError) in
      guard let row = try state.value(at: key.span, in: accounts) else { return nil }
      return Account(row: row, id: id)
    }
  }

  /// All accounts, at most `limit`.
  func allAccounts(limit: Int) throws(StorageError) -> [Account] {
    try zones.readBeside { (state) throws(StorageError) in
      var found: [Account] = []
      var cursor = try state.cursor(over: accounts)
      while found.count < limit, try cursor.next() {
        guard let id = ZoneKeys.id(cursor.key),
          let account = Account(row: try cursor.value(), id: id)
        else { continue }
        found.append(account)
      }
      return found
    }
  }

  // MARK: - Credentials

  /// Who shows the secret with this digest; nil if nobody has it. One look-up or three.
  func principal(_ digest: [UInt8]) throws(StorageError) -> Principal? {
    try zones.readBeside { (state) throws(StorageError) in
      guard let row = try state.value(at: digest.span, in: credentials),
        let credential = Credential(row: row)
      else { return nil }
      let key = ZoneKeys.key(credential.account)
      guard let found = try state.value(at: key.span, in: accounts),
        let account = Account(row: found, id: credential.account)
      else { return nil }
      guard let id = credential.token else { return Principal(account: account, token: nil) }
      let place = Self.key(account.id, id)
      guard let row = try state.value(at: place.span, in: tokens),
        let token = APIToken(row: row, id: id, account: account.id)
      else { return nil }
      return Principal(account: account, token: token)
    }
  }

  func token(_ id: ObjectID, of account: ObjectID) throws(StorageError) -> APIToken? {
    let key = Self.key(account, id)
    return try zones.readBeside { (state) throws(StorageError) in
      guard let row = try state.value(at: key.span, in: tokens) else { return nil }
      return APIToken(row: row, id: id, account: account)
    }
  }

  func allTokens(of account: ObjectID) throws(StorageError) -> [APIToken] {
    try zones.readBeside { (state) throws(StorageError) in
      var found: [APIToken] = []
      var cursor = try state.cursor(over: tokens, prefix: ZoneKeys.key(account))
      while try cursor.next() {
        guard let id = ZoneKeys.id(cursor.key, at: 16),
          let token = APIToken(row: try cursor.value(), id: id, account: account)
        else { continue }
        found.append(token)
      }
      return found
    }
  }

  // MARK: - The audit log

  /// The lines of an account that a page has of them, latest first; how many there are.
  func auditLines(
    of account: ObjectID, on page: APIPage, _ body: (Span<UInt8>, UInt64) -> Void
  ) throws(StorageError) -> Int {
    try zones.readBeside { (state) throws(StorageError) in
      var keys: [[UInt8]] = []
      var cursor = try state.cursor(over: audit, prefix: ZoneKeys.key(account))
      while try cursor.next() { keys.append(cursor.keyCopy()) }
      let count = keys.count
      for place in page.range(of: count) {
        let key = keys[count - 1 - place]
        guard let row = try state.value(at: key.span, in: audit) else { continue }
        body(row, ZoneKeys.number(key.span, at: 16))
      }
      return count
    }
  }
}
