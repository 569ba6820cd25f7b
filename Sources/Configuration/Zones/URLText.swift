// URLs as people write them.

package import HTTP

/// A URL of http or https taken apart, for what looks at or purges what is stored for it. What clients
/// send in percent encoding may be written as it is.
package struct URLText {
  /// Nil if it is missing.
  package let scheme: RequestHead.Scheme?
  /// Host and port, in ASCII and not checked further.
  package let authority: [UInt8]
  /// Path and query, never empty.
  package let path: [UInt8]

  /// Takes `text` apart; throws what is wrong with it, where it is no such URL.
  package init(_ text: String) throws(Hostname.Fault) {
    let bytes = Array(text.utf8.prefix { $0 != 0x23 })
    var rest = bytes[...]
    var scheme: RequestHead.Scheme?
    if let slash = Self.endOfScheme(bytes) {
      let name = String(decoding: bytes[..<slash], as: UTF8.self).lowercased()
      switch name {
      case "http:": scheme = .http
      case "https:": scheme = .https
      case "": break
      default:
        throw Hostname.Fault(
          problem: "is \"\(text)\", whose scheme is neither http nor https",
          remedy: "Write it as https://www.example.org/page.")
      }
      rest = bytes[(slash + 2)...]
    }
    self.scheme = scheme
    guard rest.allSatisfy({ $0 > 0x1f && $0 != 0x7f }) else {
      throw Hostname.Fault(
        problem: "has a control character in it", remedy: "Write it in percent encoding.")
    }
    let end = rest.firstIndex { $0 == 0x2f || $0 == 0x3f } ?? rest.endIndex
    authority = Array(rest[..<end])
    path = Self.path(rest[end...])
    guard !authority.isEmpty else {
      throw Hostname.Fault(
        problem: "is \"\(text)\", which is no URL with a host",
        remedy: "Write it as https://www.example.org/page.")
    }
    if authority.contains(where: { $0 > 0x7f }) {
      let name = String(decoding: authority, as: UTF8.self)
      throw Hostname.Fault(
        problem: "is \"\(text)\", whose host is not ASCII",
        remedy: Punycode.domain(name).map { "Write its ASCII form, probably \($0)." }
          ?? "Write its ASCII form (xn--…).")
    }
  }

  /// Where the two slashes behind a scheme are; nil if there is none.
  private static func endOfScheme(_ bytes: [UInt8]) -> Int? {
    guard let slash = bytes.firstIndex(of: 0x2f), slash + 1 < bytes.count, bytes[slash + 1] == 0x2f,
      slash == 0 || bytes[slash - 1] == 0x3a, !bytes[..<slash].contains(0x3f)
    else { return nil }
    return slash
  }

  /// As clients send it: never empty, and what is not ASCII in percent encoding (RFC 3986 section 2.1).
  private static func path(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var path: [UInt8] = text.first == 0x2f ? [] : [0x2f]
    for byte in text {
      guard byte == 0x20 || byte > 0x7f else {
        path.append(byte)
        continue
      }
      path.append(0x25)
      for digit in [byte >> 4, byte & 15] { path.append(digit < 10 ? 0x30 + digit : 0x37 + digit) }
    }
    return path
  }
}
