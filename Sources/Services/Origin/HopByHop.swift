// Fields that end at this hop.

import HTTP
import Primitives

/// Which fields of a message are not forwarded (RFC 9110 section 7.6.1).
struct HopByHop {
  /// Names in the Connection field that are not in the table of known names, in lower case.
  private var otherNames: [[UInt8]] = []
  /// Known names in the Connection field that are not hop-by-hop by themselves.
  private var knownNames: [FieldName] = []

  /// Reads the Connection fields of `fields`.
  init(_ fields: borrowing FieldBlock) {
    guard fields.contains(.connection) else { return }
    for index in 0..<fields.count where fields.entries[index].name == .connection {
      fields.withValue(at: index) { value in
        // The common cases name nothing.
        if value.equalsIgnoringCase("keep-alive") || value.equalsIgnoringCase("close") { return }
        value.forEachToken { note($0) }
      }
    }
  }

  private mutating func note(_ option: Span<UInt8>) {
    let known = FieldName.find(option)
    guard known == .other else {
      if !Self.mayNotBeNamed(known) { knownNames.append(known) }
      return
    }
    var name: [UInt8] = []
    for index in 0..<option.count { name.append(option[index].asciiLowercased) }
    if name != Array("close".utf8) { otherNames.append(name) }
  }

  /// RFC 9110 section 7.6.1: a sender must not name fields meant for all recipients. Removing
  /// these would change what the next hop makes of the message, so the option is passed over.
  private static func mayNotBeNamed(_ name: FieldName) -> Bool {
    switch name {
    case .host, .cacheControl, .authorization, .cookie, .setCookie, .via, .cdnLoop, .forwarded,
      .xForwardedFor, .xForwardedHost, .xForwardedProto, .contentType, .contentEncoding, .vary:
      true
    default: false
    }
  }

  /// Whether Connection names no further field.
  var namesNothing: Bool { otherNames.isEmpty && knownNames.isEmpty }

  /// Whether a field of that name ends here whatever Connection says.
  static func isAlways(_ name: FieldName) -> Bool {
    switch name {
    case .connection, .keepAlive, .proxyConnection, .transferEncoding, .contentLength, .te,
      .upgrade, .http2Settings, .proxyAuthorization:
      true
    default: false
    }
  }

  /// Whether the field at `index` of `fields` ends here.
  func contains(_ fields: FieldBlock, at index: Int) -> Bool {
    let name = fields.entries[index].name
    if Self.isAlways(name) { return true }
    switch name {
    case .other:
      guard !otherNames.isEmpty else { return false }
      return fields.withName(at: index) { span in
        otherNames.contains { $0.span.equalsIgnoringCase(span) }
      }
    default: return !knownNames.isEmpty && knownNames.contains(name)
    }
  }
}
