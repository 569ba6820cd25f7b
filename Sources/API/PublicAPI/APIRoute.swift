// The routes of the API: one table.

import Primitives
import Zones

/// Which request asks for which endpoint, and what one must be allowed for it.
struct APIRoute: Sendable {
  let method: String
  /// Below `/client/v4`; parts that begin with a colon are identities, or (`:setting`) names.
  let pattern: [String]
  let endpoint: APIEndpoint
  let need: Need

  /// What a token must be allowed.
  enum Need: Equatable, Sendable {
    /// Not even a token.
    case nothing
    /// Any token will do: it is told about itself.
    case token
    /// In the zone that the path names.
    case zone(Permission)
    /// In some zone: what is shown is what the token may see.
    case someZone(Permission)
    /// In the account as a whole.
    case account(Permission)
  }

  private init(_ method: String, _ path: String, _ endpoint: APIEndpoint, _ need: Need) {
    self.method = method
    pattern = path.split(separator: "/").map { String($0) }
    self.endpoint = endpoint
    self.need = need
  }

  static let all: [APIRoute] =
    [
      APIRoute("GET", "zones", .listZones, .someZone(.zoneRead)),
      APIRoute("POST", "zones", .createZone, .account(.zoneEdit)),
      APIRoute("GET", "zones/:zone", .showZone, .zone(.zoneRead)),
      APIRoute("PATCH", "zones/:zone", .changeZone, .zone(.zoneEdit)),
      APIRoute("DELETE", "zones/:zone", .removeZone, .zone(.zoneEdit)),
      APIRoute("PUT", "zones/:zone/activation_check", .checkActivation, .zone(.zoneEdit)),
      APIRoute("GET", "zones/:zone/settings", .listSettings, .zone(.settingsRead)),
      APIRoute("GET", "zones/:zone/settings/:setting", .showSetting, .zone(.settingsRead)),
      APIRoute("PATCH", "zones/:zone/settings/:setting", .changeSetting, .zone(.settingsEdit)),
      APIRoute("GET", "zones/:zone/available_plans", .listPlans, .zone(.zoneRead)),
      APIRoute("GET", "zones/:zone/pagerules", .listPageRules, .zone(.zoneRead)),
      APIRoute("GET", "zones/:zone/dns_records", .listRecords, .zone(.dnsRead)),
      APIRoute("POST", "zones/:zone/dns_records", .createRecord, .zone(.dnsEdit)),
      APIRoute("POST", "zones/:zone/dns_records/batch", .batchRecords, .zone(.dnsEdit)),
      APIRoute("GET", "zones/:zone/dns_records/export", .exportRecords, .zone(.dnsRead)),
      APIRoute("POST", "zones/:zone/dns_records/import", .importRecords, .zone(.dnsEdit)),
      APIRoute("GET", "zones/:zone/dns_records/:record", .showRecord, .zone(.dnsRead)),
      APIRoute("PUT", "zones/:zone/dns_records/:record", .replaceRecord, .zone(.dnsEdit)),
      APIRoute("PATCH", "zones/:zone/dns_records/:record", .changeRecord, .zone(.dnsEdit)),
      APIRoute("DELETE", "zones/:zone/dns_records/:record", .removeRecord, .zone(.dnsEdit)),
      APIRoute("POST", "zones/:zone/purge_cache", .purgeCache, .zone(.cachePurge)),
      APIRoute("GET", "zones/:zone/dnssec", .showSigning, .zone(.dnsRead)),
      APIRoute("PATCH", "zones/:zone/dnssec", .changeSigning, .zone(.dnsEdit)),
      APIRoute("DELETE", "zones/:zone/dnssec", .removeSigning, .zone(.dnsEdit)),
      APIRoute("GET", "accounts", .listAccounts, .token),
      APIRoute("GET", "accounts/:account", .showAccount, .token),
      APIRoute("GET", "accounts/:account/audit_logs", .listAudit, .account(.auditRead)),
      APIRoute("GET", "user", .showUser, .token),
      APIRoute("GET", "memberships", .listMemberships, .token),
      APIRoute("GET", "ips", .listAddresses, .nothing),
    ] + tokens("user/tokens") + tokens("accounts/:account/tokens")

  private static func tokens(_ path: String) -> [APIRoute] {
    [
      APIRoute("GET", path, .listTokens, .account(.tokensRead)),
      APIRoute("POST", path, .createToken, .account(.tokensEdit)),
      APIRoute("GET", "\(path)/verify", .verifyToken, .token),
      APIRoute("GET", "\(path)/permission_groups", .listPermissions, .token),
      APIRoute("GET", "\(path)/:token", .showToken, .account(.tokensRead)),
      APIRoute("PUT", "\(path)/:token", .replaceToken, .account(.tokensEdit)),
      APIRoute("DELETE", "\(path)/:token", .removeToken, .account(.tokensEdit)),
      APIRoute("PUT", "\(path)/:token/value", .rollToken, .account(.tokensEdit)),
    ]
  }

  /// Whether the store changes, so that requests have their turn one after the other.
  var isChange: Bool { method != "GET" && endpoint != .purgeCache && endpoint != .checkActivation }

  var takesBody: Bool { method != "GET" && method != "DELETE" }

  /// What the parts of `path` stand for; nil if it is another route's.
  func parameters(_ path: [Substring]) -> [String: String]? {
    guard path.count == pattern.count else { return nil }
    var found: [String: String] = [:]
    for (part, given) in zip(pattern, path) {
      if !part.hasPrefix(":") {
        guard part == given else { return nil }
      } else if part == ":setting" {
        found[part] = String(given)
      } else {
        // Whatever is no identity may be a route of another.
        guard ObjectID(String(given)) != nil else { return nil }
        found[part] = String(given)
      }
    }
    return found
  }
}
