// Where a socket is: an IPv4 or IPv6 address with a port, or the file system.

import CLinux
import Primitives

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

  /// The hash of the /24 (IPv4) or /56 (IPv6) that the address is in: one source, for fairness.
  package var prefixHash: UInt64 {
    var word = family == .ipv4 ? low >> 8 : high >> 8
    word ^= word >> 33
    word &*= 0xff51_afd7_ed55_8ccd
    word ^= word >> 33
    word &*= 0xc4ce_b9fe_1a85_ec53
    return word ^ word >> 33
  }

  /// The address without the port, as RFC 5952 writes it.
  package var host: String {
    switch family {
    case .local: return "local"
    case .ipv4:
      return (0..<4).map { String(low >> (24 - 8 * $0) & 255) }.joined(separator: ".")
    case .ipv6: return Self.text(groups: groups)
    }
  }

  package var description: String {
    switch family {
    case .local: "local"
    case .ipv4: "\(host):\(port)"
    case .ipv6: "[\(host)]:\(port)"
    }
  }

  /// Appends the address without the port, in ASCII.
  package func writeHost(to output: inout [UInt8]) {
    guard family == .ipv4 else {
      output.append(contentsOf: host.utf8)
      return
    }
    // At most "255.255.255.255", and in one piece.
    var text = InlineArray<15, UInt8>(repeating: 0)
    var end = 0
    func write(_ byte: UInt64) {
      text[end] = UInt8(truncatingIfNeeded: byte)
      end += 1
    }
    for index in 0..<4 {
      if index > 0 { write(0x2e) }
      let byte = low >> UInt64(24 - 8 * index) & 255
      if byte >= 100 { write(48 + byte / 100) }
      if byte >= 10 { write(48 + byte / 10 % 10) }
      write(48 + byte % 10)
    }
    output.append(text.span.extracting(0..<end))
  }

  private var groups: [UInt16] {
    (0..<8).map { UInt16(truncatingIfNeeded: ($0 < 4 ? high : low) >> (48 - 16 * ($0 & 3))) }
  }

  private static func text(groups: [UInt16]) -> String {
    var best = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8 && groups[end] == 0 { end += 1 }
      if end - start > max(1, best.count) { best = start..<end }
      start = max(end, start + 1)
    }
    func join(_ part: ArraySlice<UInt16>) -> String {
      part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard !best.isEmpty else { return join(groups[...]) }
    return join(groups[..<best.lowerBound]) + "::" + join(groups[best.upperBound...])
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
