// How an origin is spoken to.

extension OriginConfiguration {
  /// How an origin is spoken to.
  package enum Scheme: String, CaseIterable, Sendable {
    case http, https

    /// RFC 9110 sections 4.2.1 and 4.2.2.
    package var port: UInt16 { self == .http ? 80 : 443 }

    /// What a URL begins with.
    var beginning: String { self == .http ? "http://" : "https://" }
  }
}
