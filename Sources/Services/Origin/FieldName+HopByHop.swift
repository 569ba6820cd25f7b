// Fields that end at this hop.

import HTTP

extension FieldName {
  /// Whether a field of that name is not forwarded (RFC 9110 section 7.6.1). What Connection names beside
  /// these, the parser has dropped.
  var endsHere: Bool {
    switch self {
    case .connection, .keepAlive, .proxyConnection, .transferEncoding, .contentLength, .te,
      .upgrade, .http2Settings, .proxyAuthorization:
      true
    default: false
    }
  }
}
