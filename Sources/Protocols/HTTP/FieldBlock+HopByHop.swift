// Fields that end at the next hop.

import Primitives

extension FieldBlock {
  /// Removes what an intermediary must not forward (RFC 9110 section 7.6.1): Connection and what
  /// it names, Keep-Alive, Proxy-Connection, Transfer-Encoding, Upgrade, HTTP2-Settings, and TE
  /// unless it is `trailers`, which is meant for all hops that can (section 10.1.4).
  ///
  /// With `keepingUpgrade` the Upgrade field stays, for a request to switch protocols that is
  /// passed through.
  package mutating func removeHopByHop(keepingUpgrade: Bool = false) {
    var known = FieldNameSet()
    var others: [[UInt8]] = []
    for index in entries.indices where entries[index].name == .connection {
      withValue(at: index) { value in
        value.forEachToken { option in
          let name = FieldName.find(option)
          if name != .other {
            known.insert(name)
          } else if !Self.isConnectionOption(option) {
            others.append((0..<option.count).map { option[$0].asciiLowercased })
          }
        }
      }
    }
    let keepsTrailers = acceptsTrailers
    for name in [
      .connection, .keepAlive, .proxyConnection, .transferEncoding, .te, .http2Settings,
    ] as [FieldName] { known.insert(name) }
    let bytes = self.bytes
    removeAll { entry in
      if entry.name == .upgrade { return !keepingUpgrade }
      if entry.name != .other { return known.contains(entry.name) }
      if others.isEmpty { return false }
      let name = bytes.span.extracting(entry.nameRange)
      return others.contains { name.equalsIgnoringCase($0.span) }
    }
    if keepsTrailers { append(.te, "trailers") }
  }

  /// Options that are no field's name.
  private static func isConnectionOption(_ option: Span<UInt8>) -> Bool {
    option.equalsIgnoringCase("close") || option.equalsIgnoringCase("keep-alive")
  }

  /// Whether a client waits for 100 (Continue) before it sends its content; no other expectation is
  /// defined (RFC 9110 section 10.1.1).
  package var expectsContinue: Bool {
    withFirst(.expect) { $0.equalsIgnoringCase("100-continue") } ?? false
  }

  /// Whether TE lists `trailers` (RFC 9110 section 10.1.4).
  package var acceptsTrailers: Bool {
    for index in entries.indices where entries[index].name == .te {
      if withValue(at: index, { $0.listHolds("trailers") }) { return true }
    }
    return false
  }
}
