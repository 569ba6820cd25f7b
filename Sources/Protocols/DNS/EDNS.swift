// What the OPT record of a query says (RFC 6891).

import Primitives

/// The EDNS(0) part of a query. Options are read for version 0 only, since another version may give
/// them another form; unknown ones are passed over.
@usableFromInline package struct EDNS: Sendable {
  /// The codes of options that are looked at (the IANA registry of DNS EDNS0 option codes).
  package enum Option {
    package static let nsid: UInt16 = 3
    package static let clientSubnet: UInt16 = 8
    package static let cookie: UInt16 = 10
    package static let keepAlive: UInt16 = 11
    package static let padding: UInt16 = 12
    /// Extended DNS errors (RFC 8914).
    package static let extendedError: UInt16 = 15
  }

  /// Bytes that the sender can take over UDP, at least `DNSLimits.minimumPayloadBytes`.
  package let payloadBytes: Int
  package let version: UInt8
  /// The high eight bits of the response code.
  package let extendedCode: UInt8
  package let dnssecOK: Bool
  /// Whether the sender takes NXDOMAIN along with compact denial (CO, RFC 9824 section 5).
  package let compactAnswersOK: Bool
  /// Where the content of the first COOKIE option lies in the message: 8 bytes of the client's, and
  /// 8 to 32 of the server's or none (RFC 7873 section 4).
  package private(set) var cookie: Range<Int>?
  package private(set) var wantsNSID = false
  package private(set) var clientSubnet: ClientSubnet?
  /// Whether there was padding, so that the response may have some too (RFC 7830 section 4).
  package private(set) var isPadded = false
  /// Whether edns-tcp-keepalive was there (RFC 7828).
  package private(set) var asksKeepAlive = false

  /// Reads the fixed part (from TYPE on) of an OPT record, which begins at `start`.
  init(_ message: Span<UInt8>, fixedPart start: Int) {
    payloadBytes = max(Int(message.uint16(at: start &+ 2)), DNSLimits.minimumPayloadBytes)
    extendedCode = message[start &+ 4]
    version = message[start &+ 5]
    dnssecOK = message[start &+ 6] & 0x80 != 0
    compactAnswersOK = message[start &+ 6] & 0x40 != 0
  }

  /// Reads the options, which lie in `content`. After an error the rest is still right.
  mutating func readOptions(_ message: Span<UInt8>, _ content: Range<Int>) throws(DNSError) {
    guard version == 0 else { return }
    var index = content.lowerBound
    while index < content.upperBound {
      guard index &+ 4 <= content.upperBound else { throw .malformedOption }
      let code = message.uint16(at: index)
      let end = index &+ 4 &+ Int(message.uint16(at: index &+ 2))
      guard end <= content.upperBound else { throw .malformedOption }
      try read(code, message, (index &+ 4)..<end)
      index = end
    }
  }

  private mutating func read(
    _ code: UInt16, _ message: Span<UInt8>, _ content: Range<Int>
  ) throws(DNSError) {
    switch code {
    case Option.cookie:
      // RFC 7873 section 5.2: further ones are ignored, and a wrong length is a format error.
      guard cookie == nil else { return }
      guard content.count == 8 || content.count >= 16 && content.count <= 40 else {
        throw .malformedCookie
      }
      cookie = content
    case Option.nsid: wantsNSID = true
    case Option.clientSubnet:
      let subnet = try ClientSubnet(message.extracting(content))
      clientSubnet = clientSubnet ?? subnet
    case Option.padding: isPadded = true
    case Option.keepAlive: asksKeepAlive = true
    default: break
    }
  }
}
