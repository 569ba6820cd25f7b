// Where a socket is: an IPv4 or IPv6 address with a port, or the file system.

import CLinux
package import Primitives

/// An IP address with a port. IPv4 is kept as `::ffff:a.b.c.d` (RFC 4291 section 2.5.5.2).
package struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
  /// What kind of address it is; the raw values are CLinux's.
  package enum Family: UInt8, Sendable { case local = 1, ipv4 = 4, ipv6 = 6 }

  package let family: Family
  package let high: UInt64
  package let low: UInt64
  package var port: UInt16
  /// The interface that an address of one link is on (RFC 4007 section 6); else 0.
  package let scope: UInt32

  package init(family: Family, high: UInt64, low: UInt64, port: UInt16, scope: UInt32 = 0) {
    self.family = family
    self.high = high
    self.low = low
    self.port = port
    self.scope = scope
  }

  /// A peer on this machine, reached through the file system.
  package static let local = SocketAddress(family: .local, high: 0, low: 0, port: 0)

  package init(ipv4 a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, port: UInt16) {
    let word = UInt64(a) << 24 | UInt64(b) << 16 | UInt64(c) << 8 | UInt64(d)
    self.init(family: .ipv4, high: 0, low: 0xffff_0000_0000 | word, port: port)
  }

  /// Whether only this machine can reach it (RFC 6890).
  package var isLoopback: Bool {
    switch family {
    case .local: true
    case .ipv4: low >> 24 & 0xff == 127
    case .ipv6: high == 0 && low == 1
    }
  }

  /// The hash of the /24 (IPv4) or /56 (IPv6) that the address is in: one source, for fairness.
  package var prefixHash: UInt64 {
    var word = family == .ipv4 ? low >> 8 : high >> 8
    word ^= word >> 33
    word &*= 0xff51_afd7_ed55_8ccd
    word ^= word >> 33
    word &*= 0xc4ce_b9fe_1a85_ec53
    return word ^ word >> 33
  }

  /// The address without the port.
  package var hostText: AddressText {
    switch family {
    case .local: AddressText("local")
    case .ipv4: AddressText(ipv4: UInt32(truncatingIfNeeded: low))
    case .ipv6: AddressText(ipv6: high, low)
    }
  }

  /// The same as a string.
  package var host: String {
    var bytes: [UInt8] = []
    bytes.append(hostText.span)
    return String(decoding: bytes, as: UTF8.self)
  }

  package var description: String {
    switch family {
    case .local: "local"
    case .ipv4: "\(host):\(port)"
    case .ipv6: "[\(host)]:\(port)"
    }
  }

  init(_ raw: skerry_address) {
    var words: (UInt64, UInt64) = (0, 0)
    unsafe withUnsafeBytes(of: raw.bytes) { bytes in
      for index in 0..<8 {
        words.0 = words.0 << 8 | UInt64(unsafe bytes[index])
        words.1 = words.1 << 8 | UInt64(unsafe bytes[index + 8])
      }
    }
    self.init(
      family: Family(rawValue: raw.family) ?? .local, high: words.0, low: words.1, port: raw.port,
      scope: raw.scope)
  }

  var raw: skerry_address {
    var result = skerry_address()
    result.port = port
    result.scope = scope
    result.family = family.rawValue
    unsafe withUnsafeMutableBytes(of: &result.bytes) { bytes in
      for index in 0..<8 {
        unsafe bytes[index] = UInt8(truncatingIfNeeded: high >> UInt64(56 - 8 * index))
        unsafe bytes[index + 8] = UInt8(truncatingIfNeeded: low >> UInt64(56 - 8 * index))
      }
    }
    return result
  }
}
