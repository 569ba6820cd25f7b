// TLS towards addresses that are checked.

import HTTPClient
import Primitives
import Runtime
import TLS

/// What the sessions of checks share: the library's context, and the authorities that the system trusts,
/// which are read once, beside the loop. Confined to its loop.
final class CheckSecurity: @unchecked Sendable {
  // Confined to its loop.
  private let reader: EventLoop
  private var connector: TLSConnector?

  init(reader: EventLoop) { self.reader = reader }

  /// How to open a session with `target`, or why that can't be done.
  func security(for target: CheckedAddress) async -> Result<ClientSecurity, CheckFault> {
    var verification = TLSClientContext.Verification.off
    if target.check.verifiesCertificate {
      switch await reader.perform({ Self.trust }) {
      case .success(let trust): verification = .trust(trust)
      case .failure(let error): return .failure(CheckFault("the system's authorities: \(error)"))
      }
    }
    do throws(TLSError) {
      let connector = try sharedConnector()
      let context = TLSClientContext(
        host: target.host, verification: verification, protocols: [.http11])
      return .success(ClientSecurity(connector, context: context))
    } catch { return .failure(CheckFault(error.description)) }
  }

  private func sharedConnector() throws(TLSError) -> TLSConnector {
    if let connector { return connector }
    let made = try TLSConnector()
    connector = made
    return made
  }

  private static let trust: Result<TLSTrust, TLSCertificateError> = {
    do throws(TLSCertificateError) {
      return .success(try TLSTrust(bundlePath: TLSTrust.systemBundlePath))
    } catch { return .failure(error) }
  }()
}
