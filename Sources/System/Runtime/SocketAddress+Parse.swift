// Reading addresses as people write them.

extension SocketAddress {
  /// Reads `127.0.0.1:80`, `[::1]:443`, `:80` (all IPv4 addresses); nil if it is none of these.
  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    let host = text[..<colon]
    if host.isEmpty {
      self.init(ipv4: 0, 0, 0, 0, port: port)
    } else if host.first == "[", host.last == "]" {
      self.init(host: String(host.dropFirst().dropLast()), port: port)
      guard family == .ipv6 else { return nil }
    } else {
      self.init(host: String(host), port: port)
      guard family == .ipv4 else { return nil }
    }
  }

  /// Reads an IP address without a port; nil if it is a name or anything else.
  package init?(host: String, port: UInt16) {
    if let word = Self.ipv4(host[...]) {
      self.init(
        family: .ipv4, high: 0, low: 0xffff_0000_0000 | UInt64(word), port: port)
    } else if let groups = Self.ipv6(host) {
      var high: UInt64 = 0
      var low: UInt64 = 0
      for index in 0..<4 {
        high = high << 16 | UInt64(groups[index])
        low = low << 16 | UInt64(groups[index + 4])
      }
      let mapped = high == 0 && low >> 32 == 0xffff
      self.init(family: mapped ? .ipv4 : .ipv6, high: high, low: low, port: port)
    } else {
      return nil
    }
  }

  private static func ipv4(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var word: UInt32 = 0
    for part in parts {
      guard (1...3).contains(part.count), part.utf8.allSatisfy({ $0 &- 48 < 10 }),
        let byte = UInt8(part), part.count == 1 || part.first != "0"
      else { return nil }
      word = word << 8 | UInt32(byte)
    }
    return word
  }

  /// The eight groups of an IPv6 address (RFC 4291 section 2.2).
  private static func ipv6(_ text: String) -> [UInt16]? {
    let halves = text.split(separator: "::", omittingEmptySubsequences: false)
    guard halves.count <= 2, !text.contains(":::") else { return nil }
    var parts: [[UInt16]] = []
    for half in halves {
      guard let groups = groups(half) else { return nil }
      parts.append(groups)
    }
    let given = parts.reduce(0) { $0 + $1.count }
    if halves.count == 1 { return given == 8 ? parts[0] : nil }
    guard given < 8 else { return nil }
    return parts[0] + Array(repeating: 0, count: 8 - given) + parts[1]
  }

  private static func groups(_ text: Substring) -> [UInt16]? {
    if text.isEmpty { return [] }
    var result: [UInt16] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, let word = ipv4(part) {
        result += [UInt16(word >> 16), UInt16(truncatingIfNeeded: word)]
      } else {
        guard (1...4).contains(part.count), part.utf8.allSatisfy({ $0 != 0x2b && $0 != 0x2d }),
          let group = UInt16(part, radix: 16)
        else { return nil }
        result.append(group)
      }
    }
    return result
  }
}
