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
    let url: URLText
    do throws(Hostname.Fault) { url = try URLText(text) } catch {
      decoder.report(error.problem, error.remedy, at: position)
      return nil
    }
    guard Authority.normalize(url.authority.span, scheme: .http, into: &host) else {
      decoder.report(
        "is \"\(text)\", which is no URL with a host", "Write it as \(example).", at: position)
      return nil
    }
    if let colon = host.firstIndex(of: 0x3a), host.first != 0x5b { host.removeSubrange(colon...) }
    if host.last == 0x2e { host.removeLast() }
    path = url.path
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
}
