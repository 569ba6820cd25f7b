// What one zone's connections are answered with.

package import Primitives

/// A zone's certificates and the rules of its TLS; immutable, shared by all loops.
///
/// Cheap to make (its identities are the cost), so that it is made when a zone's first connection
/// comes.
package final class TLSServerContext: Sendable {
  /// An ECDSA and an RSA identity may stand side by side; clients get the first that they know.
  package let identities: [TLSIdentity]
  /// The zone that it is for.
  package let zone: ZoneID
  /// Whose sessions may be resumed here: a ticket is only good under the scope it was issued for.
  package let resumptionScope: [UInt8]
  package let minimumVersion: TLSVersion
  /// What ALPN may choose, best first; empty: ALPN is not answered.
  package let protocols: [ApplicationProtocol]
  package let allowsEarlyData: Bool
  /// Who must vouch for clients, which show a certificate then; nil: they need none.
  package let clientTrust: TLSTrust?

  /// A context for connections to the zone `zone`, with at least one identity and at most one of
  /// each kind.
  package init(
    zone: ZoneID, identities: [TLSIdentity], minimumVersion: TLSVersion = .tls12,
    protocols: [ApplicationProtocol] = [.http2, .http11], allowsEarlyData: Bool = false,
    clientTrust: TLSTrust? = nil
  ) {
    precondition((1...2).contains(identities.count))
    precondition(identities.count == 1 || identities[0].keyKind != identities[1].keyKind)
    self.identities = identities
    self.zone = zone
    self.minimumVersion = minimumVersion
    self.protocols = protocols
    self.allowsEarlyData = allowsEarlyData
    self.clientTrust = clientTrust
    resumptionScope = [zone.high, zone.low].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
    }
  }
}
