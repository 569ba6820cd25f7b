// Host and port: checked, and brought into the one form that everything else compares.

import Primitives

/// The authority of a URI without userinfo (RFC 3986 section 3.2, RFC 9110 section 4.2), as it
/// stands in the Host field and in `:authority`.
///
/// The normal form is lower case, without the scheme's default port, ports without leading zeros.
/// Stricter than the RFC's `reg-name`: no percent-encoding and no sub-delimiters, which no DNS
/// name has and which servers read differently.
package enum Authority {
  /// Appends the normal form of `raw` to `output`; false (and `output` as it was) if `raw` is no
  /// authority that an HTTP request can have. An empty host is refused (RFC 9110 section 4.2.1).
  package static func normalize(
    _ raw: Span<UInt8>, scheme: RequestHead.Scheme, into output: inout [UInt8]
  ) -> Bool {
    guard raw.count > 0, raw.count <= FieldLimits.authorityBytes else { return false }
    var index = 0
    if raw[0] == 0x5b {
      guard let end = raw.first(0x5d, in: 0..<raw.count),
        isIPv6(raw.extracting(1..<end))
      else { return false }
      index = end + 1
    } else {
      while index < raw.count, ASCIISet.unreserved.contains(raw[index]) { index &+= 1 }
    }
    var port: UInt32 = 0
    if index < raw.count {
      guard raw[index] == 0x3a, let named = Self.port(raw.extracting((index + 1)..<raw.count))
      else { return false }
      port = named
    }
    guard index > 0 else { return false }
    let start = output.count
    output.append(raw.extracting(0..<index))
    for place in start..<output.count where output[place] &- 0x41 < 26 { output[place] |= 0x20 }
    if port != 0, port != scheme.defaultPort {
      output.append(0x3a)
      output.appendDecimal(UInt64(port))
    }
    return true
  }

  /// Whether `raw` names a port explicitly, as CONNECT must (RFC 9112 section 3.2.3).
  static func namesPort(_ raw: Span<UInt8>) -> Bool {
    guard let last = raw.count > 0 ? raw[raw.count - 1] : nil, last.isASCIIDigit else {
      return false
    }
    var index = raw.count
    while index > 0, raw[index - 1].isASCIIDigit { index -= 1 }
    return index > 0 && raw[index - 1] == 0x3a
  }

  /// A port of 1 to 65535; 0 for the empty one, which means the default (RFC 3986 section 3.2.3);
  /// nil for what is no port.
  private static func port(_ digits: Span<UInt8>) -> UInt32? {
    var port: UInt32 = 0
    guard digits.count <= 5 else { return nil }
    for index in 0..<digits.count {
      guard digits[index].isASCIIDigit else { return nil }
      port = port * 10 + UInt32(digits[index] - 0x30)
    }
    if digits.count > 0, port == 0 { return nil }
    return port <= 65535 ? port : nil
  }

  /// `IPv6address` (RFC 3986 section 3.2.2): eight groups, one run of zeros may be `::`, the last
  /// two may be an IPv4 address. Zones and IPvFuture are refused.
  private static func isIPv6(_ text: Span<UInt8>) -> Bool {
    var groups = 0
    var gap = false
    var index = 0
    if text.count >= 2, text[0] == 0x3a, text[1] == 0x3a {
      gap = true
      index = 2
    }
    while index < text.count {
      let start = index
      while index < text.count, text[index].hexadecimalValue != nil { index += 1 }
      if index < text.count, text[index] == 0x2e {
        return isIPv4(text.extracting(start..<text.count)) && (gap ? groups < 6 : groups == 6)
      }
      guard index > start, index - start <= 4 else { return false }
      groups += 1
      if index == text.count { break }
      guard text[index] == 0x3a else { return false }
      index += 1
      if index < text.count, text[index] == 0x3a {
        if gap { return false }
        gap = true
        index += 1
      } else if index == text.count {
        return false
      }
    }
    return gap ? groups < 8 : groups == 8
  }

  /// `IPv4address` (RFC 3986 section 3.2.2): four numbers to 255 without leading zeros.
  private static func isIPv4(_ text: Span<UInt8>) -> Bool {
    var numbers = 0
    var index = 0
    while true {
      let start = index
      var value = 0
      while index < text.count, index - start < 3, text[index].isASCIIDigit {
        value = value * 10 + Int(text[index] - 0x30)
        index += 1
      }
      let length = index - start
      guard length > 0, value <= 255, length == 1 || text[start] != 0x30 else { return false }
      numbers += 1
      if index == text.count { return numbers == 4 }
      guard numbers < 4, text[index] == 0x2e else { return false }
      index += 1
    }
  }
}

extension RequestHead.Scheme {
  /// RFC 9110 sections 4.2.1 and 4.2.2.
  package var defaultPort: UInt32 {
    switch self {
    case .http: 80
    case .https: 443
    }
  }
}

extension UInt8 {
  /// The value of this hexadecimal digit; nil if it is none.
  @inline(__always) package var hexadecimalValue: UInt8? {
    if isASCIIDigit { return self - 0x30 }
    let letter = self | 0x20
    return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : nil
  }
}
