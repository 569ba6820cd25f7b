// A token from the JSON of a request.

import ConfigurationTree
import Control
import HTTP
import Primitives

/// Reads what a token of `account` is to be; all faults are noted.
struct TokenReading {
  let account: ObjectID
  var faults: [APIFault] = []
  private(set) var name = ""
  private(set) var grants: [Grant] = []
  private(set) var expires: WallTime?
  private(set) var isActive = true

  init(_ tree: ConfigurationValue, account: ObjectID) {
    self.account = account
    name = tree["name"]?.text ?? ""
    if name.isEmpty || name.utf8.count > APILimits.nameBytes {
      faults.append(
        .invalid("/name", "has to be a text of 1 to \(APILimits.nameBytes) bytes"))
    }
    if let value = tree["expires_on"], value.content != .null {
      expires = value.text.flatMap { Timestamp.time($0) }
      if expires == nil {
        faults.append(.invalid("/expires_on", "has to be a time as 2030-01-31T00:00:00Z"))
      }
    }
    if let value = tree["status"] {
      isActive = value.text != "disabled"
      if value.text != "active", value.text != "disabled" {
        faults.append(.invalid("/status", "has to be active or disabled"))
      }
    }
    let policies = tree["policies"]?.elements ?? []
    if policies.isEmpty || policies.count > APILimits.grants {
      faults.append(.invalid("/policies", "has to be a list of 1 to \(APILimits.grants) policies"))
    }
    for (index, policy) in policies.prefix(APILimits.grants).enumerated() {
      readPolicy(policy, "/policies/\(index)")
    }
  }

  private mutating func readPolicy(_ policy: ConfigurationValue, _ path: String) {
    if policy["effect"]?.text != "allow" {
      faults.append(.invalid("\(path)/effect", "has to be allow: deny is not offered"))
    }
    var permissions: [Permission] = []
    let groups = policy["permission_groups"]?.elements ?? []
    if groups.isEmpty { faults.append(.invalid("\(path)/permission_groups", "has none")) }
    for (index, group) in groups.enumerated() {
      let id = group["id"]?.text ?? group.text
      guard let found = Permission.allCases.first(where: { $0.group.description == id }) else {
        faults.append(
          .invalid(
            "\(path)/permission_groups/\(index)/id", "is none: GET /user/tokens/permission_groups"))
        continue
      }
      permissions.append(found)
    }
    guard case .object(let resources)? = policy["resources"]?.content, !resources.isEmpty else {
      faults.append(
        .invalid("\(path)/resources", "has to be an object that names zones or the account"))
      return
    }
    var zones: [ObjectID] = []
    var isWhole = false
    for resource in resources {
      let key = resource.key
      if key == "\(APIToken.accountPrefix)\(account)" {
        isWhole = true
      } else if key == "\(APIToken.zonePrefix)*" {
        isWhole = true
      } else if key.hasPrefix(APIToken.zonePrefix),
        let id = ObjectID(String(key.dropFirst(APIToken.zonePrefix.count)))
      {
        zones.append(id)
      } else {
        faults.append(.invalid("\(path)/resources/\(key)", "is none of this account's"))
      }
    }
    if zones.count > APILimits.grants {
      faults.append(.invalid("\(path)/resources", "names more than \(APILimits.grants) zones"))
    }
    grants.append(Grant(permissions, zones: isWhole ? nil : zones))
  }
}
