// Keys for IPsec and the gateways that they are for (IPSECKEY, RFC 4025).

import Primitives

/// Checks and writes the content of IPSECKEY records: a precedence, the kind of the gateway, an
/// algorithm, the gateway, and a key unless the algorithm is 0.
enum SecurityGateway {
  /// The kinds of gateways (RFC 4025 section 2.3).
  static let none: UInt8 = 0, ipv4: UInt8 = 1, ipv6: UInt8 = 2, name: UInt8 = 3

  static func isValid(_ bytes: Span<UInt8>) -> Bool {
    guard let end = end(bytes) else { return false }
    return bytes[2] != 0 || end == bytes.count
  }

  /// Where the gateway ends; nil if there is none that is whole.
  private static func end(_ bytes: Span<UInt8>) -> Int? {
    guard bytes.count >= 3 else { return nil }
    switch bytes[1] {
    case none: return 3
    case ipv4: return bytes.count >= 7 ? 7 : nil
    case ipv6: return bytes.count >= 19 ? 19 : nil
    case name:
      do throws(DNSError) {
        let end = try bytes.endOfName(at: 3)
        // It is never compressed.
        return bytes.extracting(3..<end).endsWithRoot ? end : nil
      } catch {
        return nil
      }
    default: return nil
    }
  }

  /// Appends a valid content in presentation form.
  static func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
    guard let end = end(bytes) else { return }
    for index in 0..<3 {
      output.appendDecimal(UInt64(bytes[index]))
      output.append(0x20)
    }
    let gateway = bytes.extracting(3..<end)
    switch bytes[1] {
    case none: output.append(0x2e)
    case ipv4: output.appendIPv4(gateway)
    case ipv6: output.appendIPv6(gateway)
    default: output.appendName(gateway)
    }
    guard end < bytes.count else { return }
    output.append(0x20)
    output.appendBase64(bytes.extracting(end..<bytes.count))
  }
}
