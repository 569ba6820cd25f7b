// What Zones asks of whoever can read certificates.

/// The check of a certificate, given by the program: Zones does not read certificates itself.
package struct CertificateCheck: Sendable {
  /// Looks at a chain and its key.
  package let inspect: @Sendable (_ chain: String, _ key: PrivateKey?) -> CertificateFinding

  package init(
    _ inspect: @escaping @Sendable (_ chain: String, _ key: PrivateKey?) -> CertificateFinding
  ) {
    self.inspect = inspect
  }
}
