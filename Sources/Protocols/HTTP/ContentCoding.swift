// Codings of content.

/// A content coding that Skerry can apply (RFC 9110 section 8.4.1, RFC 7932).
package enum ContentCoding: UInt8, Sendable, CaseIterable {
  case identity, gzip, brotli

  /// What Content-Encoding says.
  package var token: StaticString {
    switch self {
    case .identity: "identity"
    case .gzip: "gzip"
    case .brotli: "br"
    }
  }
}
