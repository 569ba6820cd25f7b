// The certificate that a client was shown.

package import Primitives

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
