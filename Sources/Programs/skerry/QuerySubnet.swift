// The network that a query is asked for.

import DNS
import Primitives
import Runtime

/// A network as `203.0.113.0/24`.
struct QuerySubnet {
  let text: String
  private let address: [UInt8]
  private let bits: Int

  /// Nil if `text` is none, or has bits behind its prefix.
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let bits = Int(parts[1]), bits >= 0,
      let host = SocketAddress(host: String(parts[0]), port: 0)
    else { return nil }
    var bytes: [UInt8] = []
    for word in [host.high, host.low] {
      for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    if host.family == .ipv4 { bytes.removeFirst(12) }
    guard bits <= bytes.count * 8 else { return nil }
    for bit in bits..<(bytes.count * 8) where bytes[bit / 8] & (0x80 >> UInt8(bit % 8)) != 0 {
      return nil
    }
    self.text = text
    self.bits = bits
    address = bytes
  }

  /// The option of EDNS (RFC 7871 section 6), with its code and length.
  var option: [UInt8] {
    let count = (bits + 7) / 8
    var option: [UInt8] = []
    for word in [EDNS.Option.clientSubnet, UInt16(4 + count), address.count == 4 ? 1 : 2] {
      option.appendUInt16(word)
    }
    return option + [UInt8(bits), 0] + address.prefix(count)
  }
}
