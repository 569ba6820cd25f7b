// What customers are told of the platform.

package import Runtime

/// The platform's own names and addresses.
package struct PublicPlatform: Sendable {
  /// Of which each zone gets two; in lower case, without final dots.
  package var nameServers: [String]
  /// Where clients of proxied names are led to.
  package var addresses: [SocketAddress]

  package init(nameServers: [String], addresses: [SocketAddress]) {
    self.nameServers = nameServers
    self.addresses = addresses
  }
}
