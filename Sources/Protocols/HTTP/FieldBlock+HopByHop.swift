// Fields that end at the next hop because Connection names them.

import Primitives

extension FieldBlock {
  /// Drops the fields that Connection names (RFC 9110 section 7.6.1); Connection itself stays.
  ///
  /// The parsers call it, so that nobody decides by a field (a cache key, a language, a coding) that the next
  /// hop will not see.
  package mutating func removeNamedByConnection() {
    var known = FieldNameSet()
    var others: [[UInt8]] = []
    for index in entries.indices where entries[index].name == .connection {
      withValue(at: index) { value in
        value.forEachToken { option in
          let name = FieldName.find(option)
          if name != .other {
            if !name.outlastsConnection { known.insert(name) }
          } else {
            others.append((0..<option.count).map { option[$0].asciiLowercased })
          }
        }
      }
    }
    let bytes = self.bytes
    removeAll { entry in
      if entry.name != .other { return known.contains(entry.name) }
      if others.isEmpty { return false }
      let name = bytes.span.extracting(entry.nameRange)
      return others.contains { name.equalsIgnoringCase($0.span) }
    }
  }

  /// Whether a client waits for 100 (Continue) before it sends its content; no other expectation is
  /// defined (RFC 9110 section 10.1.1).
  package var expectsContinue: Bool {
    withFirst(.expect) { $0.equalsIgnoringCase("100-continue") } ?? false
  }
}

extension FieldName {
  /// Whether a field of that name ends at this hop, whatever Connection says (RFC 9110 section 7.6.1).
  @inlinable package var endsHere: Bool {
    switch self {
    case .connection, .keepAlive, .proxyConnection, .transferEncoding, .contentLength, .te,
      .upgrade, .http2Settings, .proxyAuthorization:
      true
    default: false
    }
  }

  /// Whether a field stays where Connection names it. RFC 9110 section 7.6.1: a sender must not name what is
  /// meant for all recipients; without it the next hop would make something else of the message. What
  /// frames a message or belongs to this connection is for those to take out who forward the message.
  fileprivate var outlastsConnection: Bool {
    switch self {
    case .host, .cacheControl, .authorization, .cookie, .setCookie, .via, .cdnLoop, .forwarded,
      .xForwardedFor, .xForwardedHost, .xForwardedProto, .contentType, .contentEncoding,
      .contentRange, .vary, .maxForwards, .expect:
      true
    default: endsHere
    }
  }
}
