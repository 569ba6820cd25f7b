// Ranges of addresses, as rules name them.

package import Runtime

/// All addresses that begin with the same bits (CIDR, RFC 4632), IPv4 or IPv6.
package struct AddressRange: Hashable, Sendable, CustomStringConvertible {
  private let address: SocketAddress
  private let bits: Int

  /// Reads `192.0.2.0/24`, `2001:db8::/32`, or an address alone; nil if it is none of these, or has
  /// bits behind its prefix.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let address = SocketAddress(host: String(parts[0]), port: 0) else {
      return nil
    }
    let size = address.family == .ipv4 ? 32 : 128
    var bits = size
    if parts.count == 2 {
      guard parts[1].utf8.allSatisfy({ $0 &- 48 < 10 }), let given = Int(parts[1]), given <= size
      else { return nil }
      bits = given
    }
    self.address = address
    self.bits = bits
    let mask = Self.mask(bits + 128 - size)
    guard address.high & ~mask.high == 0, address.low & ~mask.low == 0 else { return nil }
  }

  /// Whether `other`, whatever its port, is one of them.
  package func contains(_ other: SocketAddress) -> Bool {
    guard other.family == address.family else { return false }
    let mask = Self.mask(address.family == .ipv4 ? bits + 96 : bits)
    return other.high & mask.high == address.high & mask.high
      && other.low & mask.low == address.low & mask.low
  }

  private static func mask(_ bits: Int) -> (high: UInt64, low: UInt64) {
    (
      bits >= 64 ? .max : bits == 0 ? 0 : .max << UInt64(64 - bits),
      bits >= 128 ? .max : bits <= 64 ? 0 : .max << UInt64(128 - bits)
    )
  }

  package var description: String {
    bits == (address.family == .ipv4 ? 32 : 128) ? address.host : "\(address.host)/\(bits)"
  }
}
