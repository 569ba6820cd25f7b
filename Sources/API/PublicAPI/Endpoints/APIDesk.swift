// What the API does with the store. Everything here may wait for the disk.

import ConfigurationTree
import Primitives
import Runtime
import Storage
import Zones

/// Does what calls ask for, on a storage thread; changes one after the other.
struct APIDesk: Sendable {
  let store: CustomerStore
  let platform: PublicPlatform
  /// Whether it is this one's turn to change something.
  var mayWrite = false

  /// A zone of the caller's account.
  struct Found {
    var customer: CustomerZone
    let configuration: ZoneConfiguration
    var name: String { configuration.name }
  }

  func perform(_ call: APICall) throws(APIError) -> APIOutcome {
    if call.route.need == .nothing { return addresses() }
    guard let principal = call.principal else { throw .unauthorized }
    if let account = call.id("account"), account != principal.account.id { throw .unauthorized }
    switch call.route.need {
    case .zone(let permission):
      let zone = try zone(call, principal)
      guard principal.allows(permission, in: zone.customer.id) else { throw .unauthorized }
      return try perform(call, principal, zone)
    case .account(let permission):
      guard principal.allows(permission) else { throw .unauthorized }
    case .someZone(let permission):
      guard principal.allowsSomewhere(permission) else { throw .unauthorized }
    case .token, .nothing: break
    }
    switch call.route.endpoint {
    case .listZones: return try listZones(call, principal)
    case .createZone: return try createZone(call, principal)
    case .listAccounts: return try listAccounts(call, principal)
    case .showAccount: return APIOutcome(principal.account.tree)
    case .listAudit: return try listAudit(call, principal)
    case .showUser: return showUser(principal)
    case .listMemberships: return try listMemberships(call, principal)
    case .verifyToken: return try verifyToken(principal)
    case .listPermissions: return listPermissions()
    case .listTokens: return try listTokens(call, principal)
    case .createToken: return try createToken(call, principal)
    case .showToken: return APIOutcome(try token(call, principal).tree)
    case .replaceToken: return try replaceToken(call, principal)
    case .removeToken: return try removeToken(call, principal)
    case .rollToken: return try rollToken(call, principal)
    default: throw .noRoute(call.path)
    }
  }

  private func perform(
    _ call: APICall, _ principal: Principal, _ zone: Found
  ) throws(APIError) -> APIOutcome {
    switch call.route.endpoint {
    case .showZone: return APIOutcome(tree(zone, principal))
    case .changeZone: return try changeZone(call, principal, zone)
    case .removeZone: return try removeZone(principal, zone)
    case .checkActivation: return checkActivation(principal, zone)
    case .listSettings: return listSettings(zone)
    case .showSetting: return APIOutcome(try setting(call.setting, zone))
    case .changeSetting: return try changeSetting(call, principal, zone)
    case .listPlans: return APIOutcome(.array([Self.plan]))
    case .listPageRules: return try listPageRules(call)
    case .listRecords: return try listRecords(call, zone)
    case .createRecord: return try createRecord(call, principal, zone)
    case .showRecord: return APIOutcome(try record(call, zone).tree)
    case .replaceRecord: return try replaceRecord(call, principal, zone)
    case .changeRecord: return try changeRecord(call, principal, zone)
    case .removeRecord: return try removeRecord(call, principal, zone)
    case .batchRecords: return try batchRecords(call, principal, zone)
    case .exportRecords: return try exportRecords(zone)
    case .importRecords: return try importRecords(call, principal, zone)
    case .purgeCache: return try purge(call, zone)
    case .showSigning: return APIOutcome(try signing(zone))
    case .changeSigning: return try changeSigning(call, principal, zone)
    case .removeSigning: return try removeSigning(principal, zone)
    default: throw .noRoute(call.path)
    }
  }

  // MARK: - Parts

  func storage<Result>(
    _ body: () throws(StorageError) -> Result
  ) throws(APIError) -> Result {
    do throws(StorageError) { return try body() } catch { throw APIError(error) }
  }

  func zoneStore<Result>(
    _ body: () throws(ZoneStoreError) -> Result
  ) throws(APIError) -> Result {
    do throws(ZoneStoreError) { return try body() } catch { throw APIError(error) }
  }

  /// The zone that the path names, if it is the account's; of those of others nothing is told, not even that they
  /// exist.
  private func zone(_ call: APICall, _ principal: Principal) throws(APIError) -> Found {
    guard let id = call.id("zone") else { throw .noZone }
    let found = try storage { () throws(StorageError) in
      try (store.customerZone(id), store.zones.configuration(of: id))
    }
    guard let customer = found.0, let configuration = found.1,
      customer.account == principal.account.id
    else { throw .noZone }
    return Found(customer: customer, configuration: configuration)
  }

  func entry(
    _ action: String, _ subject: String, _ principal: Principal, zone: ZoneID? = nil,
    before: ConfigurationValue? = nil, after: ConfigurationValue? = nil
  ) -> AuditEntry {
    AuditEntry(
      account: principal.account.id, time: SystemClock.wall, actor: principal.actor,
      action: action, subject: subject, zone: zone, before: before, after: after)
  }

  /// Writes a zone's new configuration (nil: it stays), what is beside it, and the audit log's line.
  func write(
    _ zone: Found, _ new: ZoneConfiguration?, records: [ObjectID: DNSRecord?] = [:],
    _ entry: AuditEntry
  ) throws(APIError) -> AppliedChanges {
    var customer = zone.customer
    let isSynced = try storage { () throws(StorageError) in
      try store.isSynced(zone.customer, named: zone.name)
    }
    customer.modified = SystemClock.wall
    return try zoneStore { () throws(ZoneStoreError) in
      try store.zones.apply(new.map { [.put($0)] } ?? []) {
        (sequence, change) throws(StorageError) in
        var customer = customer
        // Where the zone does not change, the number of its last change stays what it is.
        let current = try store.zones.recordsSequence(of: zone.name, change)
        if isSynced || !records.isEmpty { customer.syncedSequence = current ?? 0 }
        try store.write(customer, named: zone.name, records: records, &change)
        try store.write(entry, sequence, &change)
      }
    }
  }

  private func addresses() -> APIOutcome {
    let (v4, v6) = (
      platform.addresses.filter { !$0.host.contains(":") },
      platform.addresses.filter { $0.host.contains(":") }
    )
    return APIOutcome(
      .object([
        ("ipv4_cidrs", .array(v4.map { .string("\($0.host)/32") })),
        ("ipv6_cidrs", .array(v6.map { .string("\($0.host)/128") })),
        ("etag", .string("")),
      ]))
  }
}
