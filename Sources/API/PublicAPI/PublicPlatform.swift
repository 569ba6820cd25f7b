// What customers are told of the platform.

package import NameService
package import Runtime

/// The platform's own names and addresses.
package struct PublicPlatform: Sendable {
  /// Of which each zone gets two; in lower case, without final dots.
  package var nameServers: [String]
  /// Where clients of proxied names are led to.
  package var addresses: [SocketAddress]
  /// Which addresses customers may have as origins: not those that are reached from here alone.
  package var rules: CheckRules

  package init(
    nameServers: [String], addresses: [SocketAddress], rules: CheckRules = CheckRules()
  ) {
    self.nameServers = nameServers
    self.addresses = addresses
    self.rules = rules
  }
}
