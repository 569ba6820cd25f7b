// The protocols that may be negotiated inside TLS.

import Primitives

/// A protocol of RFC 7301's registry that we speak over TLS.
@usableFromInline package enum ApplicationProtocol: Sendable {
  case http2
  case http11

  /// The registered name, as it is on the wire.
  package var name: StaticString {
    switch self {
    case .http2: "h2"
    case .http11: "http/1.1"
    }
  }

  /// The protocol that `name` registers, if we speak it.
  init?(_ name: Span<UInt8>) {
    if name.equals("h2") {
      self = .http2
    } else if name.equals("http/1.1") {
      self = .http11
    } else {
      return nil
    }
  }

  /// The wire form of a list: each name after its length (RFC 7301 section 3.1).
  static func wire(_ list: [ApplicationProtocol]) -> [UInt8] {
    var bytes: [UInt8] = []
    for entry in list {
      bytes.append(UInt8(truncatingIfNeeded: entry.name.utf8CodeUnitCount))
      bytes.append(entry.name)
    }
    return bytes
  }
}
