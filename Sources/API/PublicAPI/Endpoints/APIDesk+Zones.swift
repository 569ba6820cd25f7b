// Zones of an account.

import ConfigurationTree
import Control
import DNS
import NameService
import Primitives
import Runtime
import Storage
import Zones

extension APIDesk {
  /// What every zone has: there is one plan so far.
  static let plan = ConfigurationValue.object([
    ("id", .string("0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee")), ("name", .string("Free Website")),
    ("price", .integer(0)), ("currency", .string("USD")), ("frequency", .string("")),
    ("is_subscribed", .bool(true)), ("can_subscribe", .bool(false)),
    ("legacy_id", .string("free")), ("legacy_discount", .bool(false)),
    ("externally_managed", .bool(false)),
  ])

  func tree(_ zone: Found, _ principal: Principal) -> ConfigurationValue {
    let (customer, account) = (zone.customer, principal.account)
    let permissions = Permission.allCases.filter {
      $0.isOfZones && principal.allows($0, in: customer.id)
    }
    return .object([
      ("id", .string(customer.id.description)), ("name", .string(zone.name)),
      ("status", .string(customer.activated == nil ? "pending" : "active")),
      ("paused", .bool(zone.configuration.isPaused)), ("type", .string("full")),
      ("development_mode", .integer(0)),
      ("name_servers", .array(customer.nameServers.map { .string($0) })),
      ("original_name_servers", APIText.null), ("original_registrar", APIText.null),
      ("original_dnshost", APIText.null),
      ("created_on", .string(APIText.time(customer.created))),
      ("modified_on", .string(APIText.time(customer.modified))),
      ("activated_on", APIText.value(customer.activated)),
      (
        "meta",
        .object([
          ("step", .integer(customer.activated == nil ? 2 : 4)),
          ("page_rule_quota", .integer(0)), ("phishing_detected", .bool(false)),
        ])
      ),
      (
        "owner",
        .object([
          ("id", .string(account.id.description)), ("type", .string("user")),
          ("email", .string(account.email)),
        ])
      ),
      ("account", account.reference),
      ("tenant", .object([("id", APIText.null), ("name", APIText.null)])),
      ("tenant_unit", .object([("id", APIText.null)])),
      ("permissions", .array(permissions.map { .string("#\($0.rawValue)") })),
      ("plan", Self.plan),
    ])
  }

  /// GET /zones
  func listZones(_ call: APICall, _ principal: Principal) throws(APIError) -> APIOutcome {
    let page = try APIPage(
      call.query, usual: APILimits.zonesPerPage.usual, maximum: APILimits.zonesPerPage.maximum)
    let filter = try ZoneFilter(call.query)
    let isOther = call.query["account.id"].map { $0 != principal.account.id.description } ?? false
    var found = try storage { () throws(StorageError) in
      try store.zoneList(of: principal.account.id) { name, id in
        !isOther && filter.matches(name) && principal.allows(.zoneRead, in: id)
      }
    }
    if let status = filter.status {
      var kept: [ZoneSummary] = []
      for summary in found {
        let customer = try storage { () throws(StorageError) in
          try store.customerZone(summary.id)
        }
        if (customer?.activated != nil ? "active" : "pending") == status { kept.append(summary) }
      }
      found = kept
    }
    if filter.isDescending { found.reverse() }
    var trees: [ConfigurationValue] = []
    for summary in found[page.range(of: found.count)] {
      let pair = try storage { () throws(StorageError) in
        try (store.customerZone(summary.id), store.zones.configuration(of: summary.id))
      }
      // One that the operator removed is no more.
      guard let customer = pair.0, let configuration = pair.1 else { continue }
      trees.append(tree(Found(customer: customer, configuration: configuration), principal))
    }
    return APIOutcome(APIAnswer(.array(trees), info: page.tree(of: found.count)))
  }

  /// POST /zones
  func createZone(_ call: APICall, _ principal: Principal) throws(APIError) -> APIOutcome {
    let tree = try call.tree()
    var faults: [APIFault] = []
    let name = zoneName(tree, &faults)
    if let account = tree["account"]?["id"]?.text, account != principal.account.id.description {
      faults.append(.invalid("/account/id", "is \(account), which the token is not of"))
    }
    if let type = tree["type"], type.text != "full" {
      faults.append(.invalid("/type", "has to be full: others are not offered"))
    }
    guard let name, faults.isEmpty else {
      throw APIError(invalid: faults, code: 1_001, "Zone can't be added")
    }
    let known = try storage { () throws(StorageError) in try store.zones.zone(named: name) }
    guard known == nil else {
      throw APIError(400, 1_061, "\(name) already exists", at: "/name")
    }
    try checkNeighbours(name, principal)
    let id = ZoneIdentities.new()
    let customer = CustomerZone(
      id: id, account: principal.account.id, nameServers: nameServers(of: id),
      now: SystemClock.wall)
    let bare = ZoneConfiguration(
      id: id, name: name, hostnames: [], origins: [RecordPlan.nobody])
    let plan = RecordPlan(
      records: [], proxiedBefore: [], nameServers: customer.nameServers, platform: platform)
    let zone = Found(customer: customer, configuration: try plan.configuration(from: bare))
    let shown = self.tree(zone, principal)
    let applied = try write(
      zone, zone.configuration,
      entry("zone.create", name, principal, zone: id, after: shown))
    return APIOutcome(shown, applied: applied)
  }

  /// Nobody may take a part of another's names: of two zones that lie in one another the deeper one answers.
  private func checkNeighbours(_ name: String, _ principal: Principal) throws(APIError) {
    let isOurs = platform.nameServers.contains { server in
      server == name || server.hasSuffix("." + name) || name.hasSuffix("." + server)
    }
    let isForeign = try storage { () throws(StorageError) in
      for id in try store.zones.zonesAbove(name)
      where try store.customerZone(id)?.account != principal.account.id { return true }
      let below = try store.zones.apexes(below: name, limit: APILimits.zonesBelow + 1)
      for apex in below.prefix(APILimits.zonesBelow) {
        guard let text = Self.text(apex), let id = try store.zones.zone(named: text),
          try store.customerZone(id)?.account == principal.account.id
        else { return true }
      }
      return below.count > APILimits.zonesBelow
    }
    guard isOurs || isForeign else { return }
    throw APIError(
      400, 1_116,
      isOurs
        ? "\(name) has names of this platform's own name servers"
        : "\(name) lies in a zone of somebody else, or has one in it", at: "/name")
  }

  private static func text(_ wire: [UInt8]) -> String? {
    do throws(DNSError) { return RecordReading.text(try DomainName(wire: wire.span)) } catch {
      return nil
    }
  }

  private func zoneName(
    _ tree: ConfigurationValue, _ faults: inout [APIFault]
  ) -> String? {
    guard let text = tree["name"]?.text, !text.isEmpty else {
      faults.append(.invalid("/name", "is missing: give the zone's domain, as example.org"))
      return nil
    }
    let undotted = text.hasSuffix(".") ? String(text.dropLast()) : text
    do throws(Hostname.Fault) {
      let hostname = try Hostname(parsing: undotted)
      guard !hostname.isWildcard, hostname.name.contains(".") else {
        faults.append(.invalid("/name", "is \"\(text)\", which is no domain of a zone"))
        return nil
      }
      return hostname.name
    } catch {
      faults.append(.invalid("/name", "\(error.problem). \(error.remedy)"))
      return nil
    }
  }

  /// Two of the platform's name servers, the same for the same zone.
  func nameServers(of id: ZoneID) -> [String] {
    let all = platform.nameServers
    guard all.count > 2 else { return all }
    let first = Int(id.low % UInt64(all.count))
    let step = 1 + Int(id.high % UInt64(all.count - 1))
    return [all[first], all[(first + step) % all.count]]
  }

  /// PATCH /zones/:zone
  func changeZone(
    _ call: APICall, _ principal: Principal, _ zone: Found
  ) throws(APIError) -> APIOutcome {
    let tree = try call.tree()
    var new = zone.configuration
    var faults: [APIFault] = []
    if let paused = tree["paused"] {
      if let flag = paused.flag {
        new.isPaused = flag
      } else {
        faults.append(.invalid("/paused", "has to be true or false"))
      }
    }
    if let type = tree["type"], type.text != "full" {
      faults.append(.invalid("/type", "has to be full: others are not offered"))
    }
    if let servers = tree["vanity_name_servers"], servers != .array([]) {
      faults.append(.invalid("/vanity_name_servers", "are not offered: leave them out"))
    }
    let plan = tree["plan"]?["id"]?.text ?? tree["plan"]?["legacy_id"]?.text
    if let plan, plan != Self.plan["id"]?.text, plan != Self.plan["legacy_id"]?.text {
      faults.append(.invalid("/plan", "is \"\(plan)\", and there is only free"))
    }
    guard faults.isEmpty else {
      throw APIError(invalid: faults, code: 1_016, "Zone can't be changed")
    }
    let before = self.tree(zone, principal)
    let after = self.tree(Found(customer: zone.customer, configuration: new), principal)
    let applied = try write(
      zone, new,
      entry(
        "zone.change", zone.name, principal, zone: zone.customer.id, before: before, after: after))
    return APIOutcome(after, applied: applied)
  }

  /// DELETE /zones/:zone
  func removeZone(_ principal: Principal, _ zone: Found) throws(APIError) -> APIOutcome {
    let id = zone.customer.id
    let entry = entry(
      "zone.delete", zone.name, principal, zone: id, before: tree(zone, principal))
    let applied = try zoneStore { () throws(ZoneStoreError) in
      try store.zones.apply([.remove(id)]) { (sequence, change) throws(StorageError) in
        try store.remove(zone.customer, named: zone.name, &change)
        try store.write(entry, sequence, &change)
      }
    }
    return APIOutcome(.object([("id", .string(id.description))]), applied: applied)
  }

  /// PUT /zones/:zone/activation_check
  func checkActivation(_ principal: Principal, _ zone: Found) -> APIOutcome {
    var outcome = APIOutcome(.object([("id", .string(zone.customer.id.description))]))
    outcome.checked = (zone.customer.id, zone.name, zone.customer.nameServers)
    return outcome
  }

  /// The zone's delegation leads to us, or (`isActive` false) does so no more.
  func activate(
    _ id: ZoneID, _ isActive: Bool, _ principal: Principal
  ) throws(APIError) {
    let found = try storage { () throws(StorageError) in
      try (store.customerZone(id), store.zones.configuration(of: id))
    }
    guard var customer = found.0, let configuration = found.1,
      (customer.activated != nil) != isActive
    else { return }
    customer.activated = isActive ? SystemClock.wall : nil
    let zone = Found(customer: customer, configuration: configuration)
    _ = try write(
      zone, nil,
      entry(isActive ? "zone.activate" : "zone.deactivate", zone.name, principal, zone: id))
  }

  /// GET /zones/:zone/pagerules: there are none; but a page of them.
  func listPageRules(_ call: APICall) throws(APIError) -> APIOutcome {
    let page = try APIPage(call.query, usual: 20, maximum: 1_000)
    return APIOutcome(APIAnswer(.array([]), info: page.tree(of: 0)))
  }
}
