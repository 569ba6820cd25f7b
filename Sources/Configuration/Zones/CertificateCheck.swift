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

/// One thing that is wrong with a certificate.
package struct CertificateFault: Equatable, Sendable {
  /// `chain` or `key`.
  package let key: String

  /// As the rest of a sentence: `does not belong to the certificate`.
  package let problem: String

  /// As a sentence.
  package let remedy: String

  package init(key: String, problem: String, remedy: String) {
    self.key = key
    self.problem = problem
    self.remedy = remedy
  }
}
