// One thing that is wrong with a certificate.

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
