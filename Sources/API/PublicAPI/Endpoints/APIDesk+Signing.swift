// DNSSEC of a zone.

import ConfigurationTree
import Control
import Primitives
import Runtime
import Storage
import Zones

extension APIDesk {
  /// GET /zones/:zone/dnssec
  func signing(_ zone: Found) throws(APIError) -> ConfigurationValue {
    let complete = try storage { () throws(StorageError) in
      try store.zones.configurationWithKeys(of: zone.customer.id) ?? zone.configuration
    }
    let keys = complete.signingTree(due: nil)["keys"]?.elements ?? []
    let key =
      keys.first { $0["isWantedAbove"]?.flag == true && $0["ds"] != nil }
      ?? keys.first { $0["ds"] != nil }
    let isOn = complete.isSigned
    let ds = key?["ds"]?.text.map { RecordContent.words($0) } ?? []
    let dnskey = key?["dnskey"]?.text.map { RecordContent.words($0) } ?? []
    // Whoever has to give something to the zone above finds it in these members.
    let status =
      !isOn ? "disabled" : keys.contains { $0["state"]?.text == "active" } ? "active" : "pending"
    guard isOn, ds.count >= 4, dnskey.count >= 4 else {
      return .object([
        ("status", .string(status)), ("modified_on", .string(APIText.time(zone.customer.modified))),
      ])
    }
    let digest = ds[3...].joined().uppercased()
    return .object([
      ("status", .string(status)), ("flags", Int(dnskey[0]).map { .integer($0) }),
      ("algorithm", .string(ds[1])), ("key_type", key?["algorithmName"]),
      ("digest_type", .string(ds[2])), ("digest_algorithm", .string("SHA256")),
      ("digest", .string(digest)),
      ("ds", .string("\(zone.name). 3600 IN DS \(ds[0]) \(ds[1]) \(ds[2]) \(digest)")),
      ("key_tag", Int(ds[0]).map { .integer($0) }),
      ("public_key", .string(dnskey[3...].joined())),
      ("modified_on", .string(APIText.time(zone.customer.modified))),
    ])
  }

  /// PATCH /zones/:zone/dnssec
  func changeSigning(
    _ call: APICall, _ principal: Principal, _ zone: Found
  ) throws(APIError) -> APIOutcome {
    let status = try call.tree()["status"]?.text
    guard status == "active" || status == "disabled" else {
      throw APIError(
        invalid: [.invalid("/status", "has to be \"active\" or \"disabled\"")], code: 1_004,
        "DNSSEC can't be changed")
    }
    return try sign(status == "active", principal, zone)
  }

  /// DELETE /zones/:zone/dnssec
  func removeSigning(_ principal: Principal, _ zone: Found) throws(APIError) -> APIOutcome {
    var outcome = try sign(false, principal, zone)
    outcome.answer = APIAnswer(.string("DNSSEC is switched off"))
    return outcome
  }

  private func sign(
    _ isSigned: Bool, _ principal: Principal, _ zone: Found
  ) throws(APIError) -> APIOutcome {
    var new = zone.configuration
    new.isSigned = isSigned
    let before = try signing(zone)
    let applied = try write(
      zone, new,
      entry(
        isSigned ? "dnssec.enable" : "dnssec.disable", zone.name, principal,
        zone: zone.customer.id, before: before))
    return APIOutcome(
      try signing(Found(customer: zone.customer, configuration: new)), applied: applied)
  }
}
