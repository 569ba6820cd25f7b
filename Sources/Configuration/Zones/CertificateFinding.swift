// What there is to say about a certificate.

/// What a check found in a certificate.
package struct CertificateFinding: Sendable {
  /// The names that the certificate is for (its DNS names); nil if that is not to be compared.
  package var names: [String]?

  /// What is wrong with it: each with the key of the configuration where it is.
  package var faults: [CertificateFault]

  package init(names: [String]?, faults: [CertificateFault] = []) {
    self.names = names
    self.faults = faults
  }
}
