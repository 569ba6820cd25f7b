// TLS between servers.

import HTTPClient
package import Primitives
package import TLS

/// Who this server is to its peers, and who vouches for them. Immutable, shared by all loops.
package struct PeerSecurity: Sendable {
  package let identity: TLSIdentity
  package let trust: TLSTrust

  /// The server's certificate, which must name it, and the authorities of all servers.
  package init(identity: TLSIdentity, trust: TLSTrust) {
    self.identity = identity
    self.trust = trust
  }

  /// What a peer's connections are answered with. `scope` keeps sessions apart from those of zones.
  package func serverContext(scope: ZoneID) -> TLSServerContext {
    TLSServerContext(
      zone: scope, identities: [identity], minimumVersion: .tls13, protocols: [.http2],
      clientTrust: trust)
  }

  /// How a connection to the server of that name is made: its certificate must have that name.
  func client(_ connector: TLSConnector, to name: String) -> ClientSecurity {
    var context = TLSClientContext(
      host: name, verification: .trust(trust), protocols: [.http2], minimumVersion: .tls13)
    context.identity = identity
    return ClientSecurity(connector, context: context)
  }
}
