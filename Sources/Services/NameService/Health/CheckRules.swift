// Which addresses may be checked.

package import Runtime

/// What the operator allows. Whoever may write records could otherwise have this server look for what listens
/// in networks that are reached from here alone.
package struct CheckRules: Sendable {
  private let allowed: [AddressRange]

  /// Addresses of everybody, and those in `allowed`.
  package init(allowing allowed: [AddressRange] = []) { self.allowed = allowed }

  /// Whether an address may be checked: of everybody's those that are not this server's own, where what is closed to
  /// others may be open.
  package func allow(_ address: SocketAddress) -> Bool {
    if allowed.contains(where: { $0.contains(address) }) { return true }
    return !Self.special.contains { $0.contains(address) } && !DatagramSocket.isLocal(address)
  }

  /// What is not reached by everybody (RFC 6890), or leads to that by translation: 6to4, Teredo, NAT64.
  private static let special = ranges.compactMap { AddressRange($0) }

  static let ranges = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4",
    "240.0.0.0/4", "::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64",
    "2001::/23", "2002::/16", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
  ]
}
