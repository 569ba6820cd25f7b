// A request's head as the pipeline sees it, whatever version of HTTP it came by.

import Primitives

/// Method, target and fields of a request (RFC 9110 section 3.4), the same for HTTP/1.1 and HTTP/2.
///
/// `authority` is the Host field or `:authority` in lower case, without a default port; the Host
/// field itself is not in `fields`. `path` is the origin-form target as it was sent: absolute path
/// and query, or `*`.
package struct RequestHead: Sendable {
  /// The URI scheme (RFC 9110 section 4.2).
  package enum Scheme: UInt8, Sendable { case http, https }
  /// The version the request came by.
  package enum Version: UInt8, Sendable { case http10, http11, http2 }

  package var method = HTTPMethod.get
  package var scheme = Scheme.http
  package var version = Version.http11
  package var authority: [UInt8] = []
  package var path: [UInt8] = []
  package var fields = FieldBlock()

  package init() {}

  /// Back to the initial state, keeping the memory.
  package mutating func reset() {
    method = .get
    scheme = .http
    version = .http11
    if !authority.isEmpty { authority.removeAll(keepingCapacity: true) }
    if !path.isEmpty { path.removeAll(keepingCapacity: true) }
    fields.removeAll()
  }

  /// The length of the path without `?` and query.
  package var pathLengthBeforeQuery: Int { path.firstIndex(of: 0x3f) ?? path.count }

  /// The length of the host in `authority`, without a port (RFC 3986 section 3.2).
  package var hostLength: Int { Self.hostLength(in: authority.span) }

  /// The length of the host in `authority`.
  package static func hostLength(in authority: Span<UInt8>) -> Int {
    let all = 0..<authority.count
    guard !all.isEmpty, authority[0] == 0x5b else {
      return authority.first(0x3a, in: all) ?? all.count
    }
    return (authority.first(0x5d, in: all) ?? all.count &- 1) &+ 1
  }
}
