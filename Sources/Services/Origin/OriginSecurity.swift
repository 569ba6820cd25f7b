// TLS towards the origins of all zones of one loop.

import Exchange
import HTTPClient
import Primitives
import Runtime
import TLS

/// What sessions with origins share on one loop: the library's context, and the authorities that
/// the system trusts, which are read from disk once, on a storage loop.
final class OriginSecurity: @unchecked Sendable {
  // Confined to its loop.
  private let reader: EventLoop
  /// Memory that HTTP/2 connections share.
  let memory = HTTP2ClientMemory()
  private var connector: TLSConnector?
  private var systemTrust: TLSTrust?

  /// `reader` is the storage loop that reads the system's authorities.
  init(reader: EventLoop) { self.reader = reader }

  /// How to make sessions with `server`, offering `protocols`.
  func security(
    for server: OriginServer, protocols: [ApplicationProtocol]
  ) async throws(OriginFault) -> ClientSecurity {
    let configuration = server.configuration
    let verification: TLSClientContext.Verification
    if !configuration.verifiesCertificate {
      verification = .off
    } else if let trust = try ownTrust(of: server) {
      verification = .trust(trust)
    } else {
      verification = .trust(try await sharedTrust())
    }
    let context = TLSClientContext(
      host: configuration.serverName ?? configuration.host, verification: verification,
      protocols: protocols)
    return ClientSecurity(
      try sharedConnector(), context: context, resumption: server.takeResumption())
  }

  /// The authorities that the zone names instead of the system's, read once for each origin.
  private func ownTrust(of server: OriginServer) throws(OriginFault) -> TLSTrust? {
    guard let text = server.configuration.certificateAuthority else { return nil }
    if let trust = server.trust { return trust }
    do throws(TLSCertificateError) {
      let trust = try TLSTrust(pem: Array(text.utf8))
      server.trust = trust
      return trust
    } catch {
      throw .failure(Failure(.tlsCertificateError, "the zone's certificateAuthority: \(error)"))
    }
  }

  private func sharedTrust() async throws(OriginFault) -> TLSTrust {
    if let systemTrust { return systemTrust }
    switch await reader.perform({ Self.system }) {
    case .success(let trust):
      systemTrust = trust
      return trust
    case .failure(let error):
      throw .failure(Failure(.tlsCertificateError, "the system's authorities: \(error)"))
    }
  }

  private func sharedConnector() throws(OriginFault) -> TLSConnector {
    if let connector { return connector }
    do throws(TLSError) {
      let connector = try TLSConnector()
      self.connector = connector
      return connector
    } catch {
      throw .failure(Failure(.internalError, error.description))
    }
  }

  /// Read when a storage loop first asks for it; shared by all loops.
  private static let system: Result<TLSTrust, TLSCertificateError> = {
    do throws(TLSCertificateError) {
      return .success(try TLSTrust(bundlePath: TLSTrust.systemBundlePath))
    } catch {
      return .failure(error)
    }
  }()
}
