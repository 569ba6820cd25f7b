// Certificates of the configuration, read and judged.

import Primitives
import Runtime
import TLS
package import Zones

/// Reads certificates for the configuration's check and for serving.
package enum CertificateReader {
  /// What is wrong with a certificate, and which names it is for. Off the loops.
  package static let check = CertificateCheck { chain, key in
    switch identity(chain, key?.pem ?? "", now: SystemClock.wall) {
    case .success(let identity): CertificateFinding(names: identity.names)
    case .failure(let error):
      CertificateFinding(
        names: nil,
        faults: [
          CertificateFault(key: "chain", problem: error.description, remedy: advice)
        ])
    }
  }

  static func identity(
    _ chain: String, _ key: String, now: WallTime? = nil
  ) -> Result<TLSIdentity, TLSCertificateError> {
    do throws(TLSCertificateError) {
      return .success(
        try TLSIdentity(
          chainPEM: Array(chain.utf8), privateKeyPEM: Array(key.utf8), now: now))
    } catch {
      return .failure(error)
    }
  }

  private static let advice =
    "Give the certificate followed by its issuers, in PEM, and the private key that belongs to it."
}
