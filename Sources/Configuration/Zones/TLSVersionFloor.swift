// The lowest version of TLS.

/// The lowest version of TLS that a zone accepts.
package enum TLSVersionFloor: String, CaseIterable, Sendable {
  case tls12 = "1.2"
  case tls13 = "1.3"
}
