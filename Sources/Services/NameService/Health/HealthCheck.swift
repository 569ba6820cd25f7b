// How it is found out whether the addresses of records are well.

/// What an address is asked now and then, and what is made of its answers.
package struct HealthCheck: Hashable, Sendable {
  /// What is asked.
  package enum Kind: UInt8, Sendable, CaseIterable {
    /// Whether a connection stands.
    case tcp = 0
    /// For a response to GET.
    case http = 1
    /// The same over TLS.
    case https = 2

    package var text: String {
      switch self {
      case .tcp: "tcp"
      case .http: "http"
      case .https: "https"
      }
    }

    var usualPort: UInt16? {
      switch self {
      case .tcp: nil
      case .http: 80
      case .https: 443
      }
    }
  }

  package var kind: Kind
  package var port: UInt16
  /// What Host and SNI say; nil: the record's name.
  var host: String?
  var path = "/"
  /// Statuses of an address that is well.
  var statuses = 200...399
  /// Whether the certificate must be one for the host that the system trusts.
  var verifiesCertificate = true
  /// Between the beginnings of two checks of an address.
  var intervalMilliseconds = 10_000
  /// From the beginning to the connection, or to the response's head; a later one is a failure.
  var timeoutMilliseconds = 5_000
  /// Failures in a row after which an address is not well any more.
  var failures = 3
  /// Good answers in a row after which it is well again.
  var successes = 2

  package init(_ kind: Kind, port: UInt16) {
    self.kind = kind
    self.port = port
  }

  /// What is asked, in short, for people.
  package var summary: String { "\(kind.text) \(port)" + (kind == .tcp ? "" : " \(path)") }
}
