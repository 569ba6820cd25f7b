// What is known of the client's connection.

package import Runtime

/// Facts of the connection that a request came by.
package struct ClientFacts: Sendable {
  package var address: SocketAddress
  package var isTLS = false
  /// The request came in TLS 1.3 early data and might be a replay (RFC 8470).
  package var isEarlyData = false

  /// The certificate that the client was shown; nil without TLS.
  package var certificate: ShownCertificate?

  /// The request comes from a server of our own, on behalf of the client whose address this is.
  package var isPeer = false

  package init(address: SocketAddress) { self.address = address }
}
