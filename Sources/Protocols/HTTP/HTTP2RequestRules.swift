// Header lists of HTTP/2 requests into request heads.

import Primitives

/// Checks the header list of one request, field by field, and fills a `RequestHead` (RFC 9113
/// sections 8.2 and 8.3.1). Every error makes the request malformed: a stream error of type
/// PROTOCOL_ERROR, or a response of the error's status before it.
package struct HTTP2RequestRules: Sendable {
  /// `:protocol` of an extended CONNECT (RFC 8441 section 4); nil without it.
  package private(set) var connectProtocol: [UInt8]?

  private var scheme: RequestHead.Scheme
  private let allowsExtendedConnect: Bool
  private var rules: HTTP2FieldRules
  private var seen: PseudoHeaders = []
  private var hasFields = false
  private var host: [UInt8]?
  private var authorityNamesPort = false

  /// `scheme` is that of the connection; `allowsExtendedConnect` says whether
  /// SETTINGS_ENABLE_CONNECT_PROTOCOL was sent. Where a server of a fleet asks another the list may have what they add.
  package init(
    scheme: RequestHead.Scheme, allowsExtendedConnect: Bool = false, isOfFleet: Bool = false
  ) {
    rules = HTTP2FieldRules(isOfFleet: isOfFleet)
    self.scheme = scheme
    self.allowsExtendedConnect = allowsExtendedConnect
  }

  /// Begins with the next request.
  package mutating func restart(scheme: RequestHead.Scheme) {
    self.scheme = scheme
    rules.restart()
    seen = []
    hasFields = false
    authorityNamesPort = false
    // Few requests leave anything that a reference must be counted down for.
    if host != nil { host = nil }
    if connectProtocol != nil { connectProtocol = nil }
  }

  /// Which pseudo-header fields have come.
  private struct PseudoHeaders: OptionSet {
    let rawValue: UInt8
    static let method = PseudoHeaders(rawValue: 1)
    static let scheme = PseudoHeaders(rawValue: 2)
    static let authority = PseudoHeaders(rawValue: 4)
    static let path = PseudoHeaders(rawValue: 8)
    static let connectProtocol = PseudoHeaders(rawValue: 16)
  }

  /// The value of Content-Length, which the DATA frames must add up to (section 8.1.1).
  package var contentLength: UInt64? { rules.contentLength }

  /// Takes the next field of the list. `head` must be reset before the first.
  package mutating func add(
    _ name: Span<UInt8>, _ value: Span<UInt8>, to head: inout RequestHead
  ) throws(HTTPParseError) {
    try rules.count(name, value)
    if HTTP2FieldRules.isPseudoHeader(name) {
      // Section 8.3: all of them before the fields.
      if hasFields { throw .misplacedPseudoHeader }
      return try addPseudoHeader(name, value, to: &head)
    }
    hasFields = true
    let known = try rules.check(name, value)
    if known == .host { return try addHost(value) }
    head.fields.append(known: known, name: name, value: value)
  }

  /// Completes `head` at the end of the list.
  package mutating func finish(_ head: inout RequestHead) throws(HTTPParseError) {
    head.version = .http2
    head.scheme = scheme
    if let host {
      // Section 8.3.1: Host may stand in for :authority, but not say something else.
      if seen.contains(.authority), host != head.authority { throw .hostMismatch }
      head.authority = host
    } else if !seen.contains(.authority) {
      throw .missingHost
    }
    let whole: PseudoHeaders = [.method, .scheme, .path]
    if head.method == .connect && connectProtocol == nil {
      // Section 8.5.
      guard seen == [.method, .authority], authorityNamesPort else { throw .invalidPseudoHeader }
    } else {
      guard seen.isSuperset(of: whole) else { throw .missingPseudoHeader }
      if connectProtocol != nil, head.method != .connect || !seen.contains(.authority) {
        throw .invalidPseudoHeader
      }
      if head.path == [0x2a], head.method != .options { throw .invalidTarget }
    }
    joinCookies(&head)
  }

  private mutating func addPseudoHeader(
    _ name: Span<UInt8>, _ value: Span<UInt8>, to head: inout RequestHead
  ) throws(HTTPParseError) {
    if name.equals(":method") {
      try mark(.method)
      if value.count > HTTP1Limits().methodBytes { throw .methodTooLong }
      guard value.isToken else { throw .invalidMethod }
      head.method = HTTPMethod(value)
    } else if name.equals(":scheme") {
      try mark(.scheme)
      guard value.equalsIgnoringCase("http") || value.equalsIgnoringCase("https") else {
        throw .schemeMismatch
      }
    } else if name.equals(":authority") {
      try mark(.authority)
      authorityNamesPort = Authority.namesPort(value)
      head.authority.removeAll(keepingCapacity: true)
      guard Authority.normalize(value, scheme: scheme, into: &head.authority) else {
        throw .invalidHost
      }
    } else if name.equals(":path") {
      try mark(.path)
      try setPath(value, of: &head)
    } else if name.equals(":protocol"), allowsExtendedConnect {
      try mark(.connectProtocol)
      guard value.isToken else { throw .invalidPseudoHeader }
      var bytes: [UInt8] = []
      bytes.append(value)
      connectProtocol = bytes
    } else {
      throw .invalidPseudoHeader
    }
  }

  /// Section 8.3.1: not empty, and in origin-form or `*`.
  private func setPath(
    _ value: Span<UInt8>, of head: inout RequestHead
  ) throws(HTTPParseError) {
    guard value.count > 0, value[0] == 0x2f || value.equals("*"),
      value.isTarget(0..<value.count)
    else { throw .invalidTarget }
    if value.count > HTTP1Limits().startLineBytes { throw .requestLineTooLong }
    head.path.removeAll(keepingCapacity: true)
    head.path.append(value)
  }

  private mutating func mark(_ header: PseudoHeaders) throws(HTTPParseError) {
    guard seen.insert(header).inserted else { throw .duplicatePseudoHeader }
  }

  private mutating func addHost(_ value: Span<UInt8>) throws(HTTPParseError) {
    if host != nil { throw .duplicateHost }
    var normal: [UInt8] = []
    guard Authority.normalize(value, scheme: scheme, into: &normal) else { throw .invalidHost }
    host = normal
  }

  /// Section 8.2.3: the crumbs of a cookie are joined before anyone else sees them.
  private func joinCookies(_ head: inout RequestHead) {
    guard head.fields.count(of: .cookie) > 1 else { return }
    var joined: [UInt8] = []
    for index in head.fields.entries.indices where head.fields.entries[index].name == .cookie {
      if !joined.isEmpty { joined.append("; ") }
      head.fields.withValue(at: index) { joined.append($0) }
    }
    head.fields.remove(.cookie)
    head.fields.append(.cookie, joined.span)
  }
}
