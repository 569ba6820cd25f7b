// The certificate that a client was shown.

package import Primitives

/// The certificate of a connection: whose it is, and for which names.
package final class ShownCertificate: Sendable {
  package let zone: ZoneID
  /// The names that the client's own certificate is for; none if it showed none.
  package let clientNames: [String]
  private let isFor: @Sendable (String) -> Bool

  package init(
    zone: ZoneID, clientNames: [String] = [], covers: @escaping @Sendable (String) -> Bool
  ) {
    self.zone = zone
    self.clientNames = clientNames
    isFor = covers
  }

  /// Whether the certificate is for `host`, in lower case.
  package func covers(_ host: String) -> Bool { isFor(host) }
}
