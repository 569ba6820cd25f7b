// What is known of the client's connection.

package import Primitives
package import Runtime

/// Facts of the connection that a request came by.
package struct ClientFacts: Sendable {
  package var address: SocketAddress
  package var isTLS = false
  /// The request came in TLS 1.3 early data and might be a replay (RFC 8470).
  package var isEarlyData = false

  /// The certificate that the client was shown; nil without TLS.
  package var certificate: ShownCertificate?

  package init(address: SocketAddress) { self.address = address }
}

/// The certificate of a connection: whose it is, and for which names.
package final class ShownCertificate: Sendable {
  package let zone: ZoneID
  private let isFor: @Sendable (String) -> Bool

  package init(zone: ZoneID, covers: @escaping @Sendable (String) -> Bool) {
    self.zone = zone
    isFor = covers
  }

  /// Whether the certificate is for `host`, in lower case.
  package func covers(_ host: String) -> Bool { isFor(host) }
}
