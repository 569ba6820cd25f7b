// A URL that is to be purged.

import ConfigurationTree
import HTTP
import Primitives

/// A URL of a zone or the beginning of some, in the form that requests for it have: host in lower case
/// and without port, path and query in ASCII. The scheme may be missing, and makes no difference.
struct PurgedURL {
  private(set) var host: [UInt8] = []
  private(set) var path: [UInt8] = []

  /// Reads `text`; nil, and noted, if it is no URL of the zone. A prefix has no query.
  init?(
    _ text: String, at position: SourcePosition?, of zone: ZoneConfiguration,
    isPrefix: Bool = false,
    _ decoder: inout ConfigurationDecoder
  ) {
    let example = isPrefix ? "\(zone.name)/images/" : "https://\(zone.name)/page"
    let limit = isPrefix ? ZonesLimits.purgePrefixBytes : ZonesLimits.purgeURLBytes
    guard text.utf8.count <= limit else {
      decoder.report("has \(text.utf8.count) bytes", "Give at most \(limit).", at: position)
      return nil
    }
    guard let rest = Self.withoutScheme(text) else {
      decoder.report(
        "is \"\(text)\", whose scheme is neither http nor https", "Write it as \(example).",
        at: position)
      return nil
    }
    let end = rest.firstIndex { $0 == 0x2f || $0 == 0x3f } ?? rest.endIndex
    guard Authority.normalize(Array(rest[..<end]).span, scheme: .http, into: &host),
      rest.allSatisfy({ $0 > 0x1f && $0 != 0x7f })
    else {
      decoder.report(
        "is \"\(text)\", which is no URL with a host", "Write it as \(example).", at: position)
      return nil
    }
    if let colon = host.firstIndex(of: 0x3a), host.first != 0x5b { host.removeSubrange(colon...) }
    if host.last == 0x2e { host.removeLast() }
    path = Self.path(rest[end...])
    if isPrefix, path.contains(0x3f) {
      decoder.report(
        "is \"\(text)\", which has a query", "A prefix ends before it: write it as \(example).",
        at: position)
      return nil
    }
    guard Self.isServed(String(decoding: host, as: UTF8.self), at: position, by: zone, &decoder)
    else {
      return nil
    }
  }

  /// Whether the zone serves `host`; if not, that is noted.
  static func isServed(
    _ host: String, at position: SourcePosition?, by zone: ZoneConfiguration,
    _ decoder: inout ConfigurationDecoder
  ) -> Bool {
    let name = Hostname(name: host)
    // A zone without names serves hosts that no other has.
    if zone.hostnames.isEmpty { return true }
    if zone.hostnames.contains(where: { name.isCovered(by: $0.description) }) { return true }
    let shown = zone.hostnames.prefix(5).map(\.description).joined(separator: ", ")
    decoder.report(
      "is of the host \"\(host)\", which the zone \(zone.name) does not have",
      "Its hosts are \(shown)\(zone.hostnames.count > 5 ? " and others" : ""). "
        + "What another zone serves is purged there.", at: position)
    return false
  }

  /// What follows the scheme, without a fragment; nil if it is a scheme that nothing is stored for.
  private static func withoutScheme(_ text: String) -> ArraySlice<UInt8>? {
    let bytes = Array(text.utf8.prefix { $0 != 0x23 })
    guard let slash = bytes.firstIndex(of: 0x2f), slash + 1 < bytes.count, bytes[slash + 1] == 0x2f,
      slash == 0 || bytes[slash - 1] == 0x3a, !bytes[..<slash].contains(0x3f)
    else { return bytes[...] }
    let scheme = String(decoding: bytes[..<slash], as: UTF8.self).lowercased()
    return ["http:", "https:", ""].contains(scheme) ? bytes[(slash + 2)...] : nil
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
