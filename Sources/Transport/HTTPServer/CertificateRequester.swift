// Who waits for a certificate.

/// A handshake that waits for its certificate.
package protocol CertificateRequester: AnyObject {
  /// The look-up has ended; called once, on the connection's loop.
  func certificateFound(_ choice: CertificateChoice)
}
