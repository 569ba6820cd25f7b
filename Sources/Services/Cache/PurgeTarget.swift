// What a purge by URL, host or prefix is compared with.

import HTTP
import Primitives

/// Host, path and query in the one form in which purges name them: the host in lower case, without port
/// and final dot, then path and query as the zone's keys have them, in their normal form (RFC 3986
/// section 6.2.2). Neither scheme nor port counts: what changed at the origin changed for all of them.
package enum PurgeTarget {
  /// Bytes of a key before the host: zone and scheme.
  private static let hostStart = 17

  /// Appends the normal form; `path` begins with a slash.
  package static func append(
    host: Span<UInt8>, path: Span<UInt8>, to output: inout [UInt8]
  ) {
    for index in 0..<hostLength(host) { output.append(host[index].asciiLowercased) }
    PathNormalization.append(path, to: &output)
  }

  /// Lends the target of a whole cache key, and the length of its host.
  static func with<Result>(
    key: [UInt8], _ body: (_ target: Span<UInt8>, _ hostLength: Int) -> Result
  ) -> Result {
    let key = key.span
    // A part beside the target begins with NUL, which is in no target.
    let end = key.first(0, in: hostStart..<key.count) ?? key.count
    let slash = key.first(0x2f, in: hostStart..<end) ?? end
    let host = key.extracting(hostStart..<slash)
    let length = hostLength(host)
    if length == host.count, isNormal(key.extracting(slash..<end)) {
      return body(key.extracting(hostStart..<end), length)
    }
    var target: [UInt8] = []
    append(host: host, path: key.extracting(slash..<end), to: &target)
    return body(target.span, length)
  }

  /// The length of a host without its port and the dot of the root.
  private static func hostLength(_ authority: Span<UInt8>) -> Int {
    let end = RequestHead.hostLength(in: authority)
    return end > 1 && authority[end - 1] == 0x2e ? end - 1 : end
  }

  /// Whether the path is certainly in its normal form.
  private static func isNormal(_ path: Span<UInt8>) -> Bool {
    for index in 0..<path.count {
      if path[index] == 0x25 { return false }
      if path[index] == 0x2e, index > 0, path[index - 1] == 0x2f { return false }
    }
    return true
  }
}
