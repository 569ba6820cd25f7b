// HTTP/2 over mutual TLS.

package import HTTPClient
package import Runtime
import TLS

/// Connects to servers by TCP, TLS with certificates on both sides, and HTTP/2.
///
/// Confined to its loop.
package final class SecureTransport: PeerTransport, @unchecked Sendable {
  // Confined to its loop.
  private let identity: PeerSecurity
  /// What connections share.
  private let memory = HTTP2ClientMemory()
  private var connector: TLSConnector?

  /// Connects as the server whose identity that is.
  package init(_ identity: PeerSecurity) { self.identity = identity }

  /// A connection by TCP, TLS and HTTP/2, all within `TierLimits.connectDuration`.
  package func open(
    for link: PeerLink, parker: Parker
  ) async throws(HTTPClientError) -> any PeerConnection {
    let connection = try await ClientConnection.open(
      to: [link.server.address], on: link.lane, timeout: TierLimits.connectDuration,
      security: try security(for: link.server), parker: parker)
    guard connection.applicationProtocol == .http2 else {
      connection.end(reset: true)
      throw .responseInvalid("the server speaks no HTTP/2")
    }
    return try HTTP2ClientConnection(
      connection, owner: link, memory: memory, idleTimeout: TierLimits.idleDuration,
      silence: TierLimits.silence, streamLimit: TierLimits.streamsPerConnection, isForMany: true)
  }

  private func security(for server: TierTopology.Server) throws(HTTPClientError) -> ClientSecurity {
    do throws(TLSError) {
      if connector == nil { connector = try TLSConnector() }
    } catch {
      throw .handshakeFailed(error.description)
    }
    guard let connector else { throw .handshakeFailed("no connector") }
    return identity.client(connector, to: server.name)
  }
}

extension HTTP2ClientConnection: PeerConnection {
  package var room: Int {
    room(now: now, maximumAge: .seconds(1 << 32), maximumExchanges: .max)
  }
}

extension PeerLink: HTTP2ClientConnectionOwner {
  /// An exchange has ended.
  package func connectionHasRoom(_ connection: HTTP2ClientConnection) { hasRoom(connection) }

  /// The connection is gone.
  package func connectionClosed(_ connection: HTTP2ClientConnection) { isGone(connection) }
}
