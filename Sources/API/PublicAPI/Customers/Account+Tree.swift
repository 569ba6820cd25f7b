// Accounts and tokens as the API shows them.

import ConfigurationTree
import Primitives
import Runtime

extension Account {
  /// Where something else names it.
  var reference: ConfigurationValue {
    .object([("id", .string(id.description)), ("name", .string(name))])
  }

  var tree: ConfigurationValue {
    .object([
      ("id", .string(id.description)), ("name", .string(name)), ("type", .string("standard")),
      (
        "settings",
        .object([("enforce_twofactor", .bool(false)), ("abuse_contact_email", APIText.null)])
      ),
      ("created_on", .string(APIText.time(created))),
    ])
  }
}

extension APIToken {
  static let zonePrefix = "com.cloudflare.api.account.zone."
  static let accountPrefix = "com.cloudflare.api.account."

  var tree: ConfigurationValue {
    .object([
      ("id", .string(id.description)), ("name", .string(name)),
      ("status", .string(status(at: SystemClock.wall))),
      ("issued_on", .string(APIText.time(issued))),
      ("modified_on", .string(APIText.time(modified))),
      ("expires_on", expires.map { .string(APIText.time($0)) }),
      ("policies", .array(grants.map { tree($0) })),
    ])
  }

  private func tree(_ grant: Grant) -> ConfigurationValue {
    let all = ConfigurationValue.string("*")
    let resources: [(String, ConfigurationValue?)] =
      grant.zones.map { zones in zones.map { ("\(Self.zonePrefix)\($0)", all) } }
      ?? [("\(Self.accountPrefix)\(account)", all)]
    return .object([
      ("effect", .string("allow")), ("resources", .object(resources)),
      (
        "permission_groups",
        .array(
          grant.permissions.map {
            .object([("id", .string($0.group.description)), ("name", .string($0.name))])
          })
      ),
    ])
  }
}
