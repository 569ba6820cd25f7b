// The hostnames of a zone, for asking about one name.

import Zones

/// Hostnames compiled, so that asking about a name costs the same however many there are.
struct HostnameSet: Sendable {
  private var exact: Set<[UInt8]> = []
  /// What follows the open label of wildcards.
  private var parents: Set<[UInt8]> = []

  init(_ hostnames: [Hostname]) {
    for hostname in hostnames {
      let name = Array(hostname.name.utf8)
      if hostname.isWildcard { parents.insert(name) } else { exact.insert(name) }
    }
  }

  var isEmpty: Bool { exact.isEmpty && parents.isEmpty }

  /// Whether `host` (lower case) is one of the hostnames itself.
  func contain(_ host: [UInt8]) -> Bool { exact.contains(host) }

  /// Whether `host` (lower case) is one of the hostnames or matched by a wildcard among them.
  func cover(_ host: [UInt8]) -> Bool {
    if contain(host) { return true }
    guard !parents.isEmpty, let dot = host.firstIndex(of: UInt8(ascii: ".")) else { return false }
    return parents.contains(Array(host[(dot + 1)...]))
  }
}
