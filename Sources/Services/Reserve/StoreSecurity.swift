// TLS towards the object store.

import HTTPClient
import Primitives
import Runtime
import TLS

/// How sessions with endpoints are made on one loop. Authorities are read when the process starts, beside the
/// loops.
final class StoreSecurity: @unchecked Sendable {
  // Confined to its loop.
  private let trust: Result<TLSTrust, TLSCertificateError>
  private var connector: TLSConnector?

  init(_ trust: Result<TLSTrust, TLSCertificateError>) { self.trust = trust }

  /// Reads the authorities of a PEM text, or the system's. May block.
  static func trust(_ pem: [UInt8]?) -> Result<TLSTrust, TLSCertificateError> {
    do throws(TLSCertificateError) {
      if let pem { return .success(try TLSTrust(pem: pem)) }
      return .success(try TLSTrust(bundlePath: TLSTrust.systemBundlePath))
    } catch {
      return .failure(error)
    }
  }

  /// How to open a session with `endpoint`.
  func security(
    for endpoint: ReserveEndpoint, _ resumption: TLSResumption?
  ) throws(StoreFault) -> ClientSecurity {
    let authorities: TLSTrust
    switch trust {
    case .success(let trust): authorities = trust
    case .failure(let error): throw .security("authorities can't be read: \(error)")
    }
    do throws(TLSError) {
      let connector = try sharedConnector()
      let context = TLSClientContext(
        host: endpoint.host, verification: .trust(authorities), protocols: [.http11])
      return ClientSecurity(connector, context: context, resumption: resumption)
    } catch {
      throw .security(error.description)
    }
  }

  private func sharedConnector() throws(TLSError) -> TLSConnector {
    if let connector { return connector }
    let made = try TLSConnector()
    connector = made
    return made
  }
}
