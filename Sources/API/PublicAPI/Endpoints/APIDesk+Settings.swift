// Settings of a zone, one by one.

import ConfigurationTree
import Control
import Primitives
import Zones

extension APIDesk {
  private static let settings = ["0rtt", "always_use_https", "min_tls_version"]

  /// GET /zones/:zone/settings
  func listSettings(_ zone: Found) -> APIOutcome {
    APIOutcome(.array(Self.settings.compactMap { Self.tree($0, zone.configuration, zone) }))
  }

  /// GET /zones/:zone/settings/:setting
  func setting(_ name: String, _ zone: Found) throws(APIError) -> ConfigurationValue {
    guard let tree = Self.tree(name, zone.configuration, zone) else { throw Self.unknown(name) }
    return tree
  }

  private static func tree(
    _ name: String, _ configuration: ZoneConfiguration, _ zone: Found
  ) -> ConfigurationValue? {
    let value: String
    switch name {
    case "0rtt": value = configuration.tls.acceptsEarlyData ? "on" : "off"
    case "always_use_https": value = configuration.redirectsToHTTPS ? "on" : "off"
    case "min_tls_version": value = configuration.tls.minimumVersion.rawValue
    default: return nil
    }
    return .object([
      ("id", .string(name)), ("value", .string(value)), ("editable", .bool(true)),
      ("modified_on", .string(APIText.time(zone.customer.modified))),
    ])
  }

  private static func unknown(_ name: String) -> APIError {
    APIError(
      404, 7_003,
      "There is no setting \(name) here. There are \(settings.joined(separator: ", ")).")
  }

  /// PATCH /zones/:zone/settings/:setting
  func changeSetting(
    _ call: APICall, _ principal: Principal, _ zone: Found
  ) throws(APIError) -> APIOutcome {
    let name = call.setting
    let before = try setting(name, zone)
    let text = try call.tree()["value"]?.text
    var new = zone.configuration
    switch (name, text) {
    case ("0rtt", "on"), ("0rtt", "off"): new.tls.acceptsEarlyData = text == "on"
    case ("always_use_https", "on") where zone.configuration.certificates.isEmpty:
      throw Self.invalid("is on, and the zone has no certificate")
    case ("always_use_https", "on"), ("always_use_https", "off"):
      new.redirectsToHTTPS = text == "on"
    case ("min_tls_version", _):
      guard let floor = text.flatMap({ TLSVersionFloor(rawValue: $0) }) else {
        throw Self.invalid("has to be \"1.2\" or \"1.3\"")
      }
      new.tls.minimumVersion = floor
    default: throw Self.invalid("has to be \"on\" or \"off\"")
    }
    let after = Self.tree(name, new, zone) ?? before
    let applied = try write(
      zone, new,
      entry(
        "zone.setting", "\(zone.name) \(name)", principal, zone: zone.customer.id, before: before,
        after: after))
    return APIOutcome(after, applied: applied)
  }

  private static func invalid(_ problem: String) -> APIError {
    APIError(
      invalid: [.invalid("/value", problem, code: 1_007)], code: 1_007,
      "Invalid value for zone setting")
  }
}
