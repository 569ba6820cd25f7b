// Who waits for a certificate.

package import Runtime

/// A handshake that waits for its certificate.
package protocol CertificateRequester: AnyObject {
  /// What its work is done on until the certificate is chosen.
  var lane: Lane { get }
  /// The look-up has ended; called once, on the connection's loop.
  func certificateFound(_ choice: CertificateChoice)
}
