// How a client session is to be made with one peer.

/// The rules for sessions with one server; a value, cheap to make.
package struct TLSClientContext: Sendable {
  /// Whether and by whom the server's certificate must be vouched for.
  package enum Verification: Sendable {
    case trust(TLSTrust)
    /// Nothing is checked; anybody on the way can be the server. Only if configured so.
    case off
  }

  /// The host name or address that is asked for (SNI, except for addresses) and that the
  /// certificate must be for.
  package var host: String
  package var verification: Verification
  /// What ALPN offers, best first; empty: nothing.
  package var protocols: [ApplicationProtocol]
  package var minimumVersion: TLSVersion
  /// What we show a server that asks who we are.
  package var identity: TLSIdentity?

  /// Rules for sessions with `host`; there is no default for who vouches for it.
  package init(
    host: String, verification: Verification, protocols: [ApplicationProtocol] = [.http11],
    minimumVersion: TLSVersion = .tls12
  ) {
    self.host = host
    self.verification = verification
    self.protocols = protocols
    self.minimumVersion = minimumVersion
  }
}
