// Certificates that the command line names by their files.

import Zones

/// Certificates by their files; each pair is read and checked once, however many zones name it.
struct CertificateFiles {
  private let check: CertificateCheck
  private var known: [[String]: CertificateConfiguration?] = [:]

  init(check: CertificateCheck) { self.check = check }

  /// The certificate of two files; nil if there is none, for which the faults are noted when the files
  /// are named for the first time.
  mutating func read(
    _ chain: String, _ key: String, _ place: String, _ faults: inout [String]
  ) -> CertificateConfiguration? {
    if let found = known[[chain, key]] { return found }
    let before = faults.count
    let chainText = text(chain, "the certificate", place, &faults)
    let keyText = text(key, "the private key", place, &faults)
    var found: CertificateConfiguration?
    if let chainText, let keyText {
      let certificate = CertificateConfiguration(chain: chainText, key: PrivateKey(pem: keyText))
      for fault in check.inspect(certificate.chain, certificate.key).faults {
        let file = fault.key == "key" ? key : chain
        faults.append("\(place): \(file): \(fault.problem). \(fault.remedy)")
      }
      if faults.count == before { found = certificate }
    }
    known[[chain, key]] = .some(found)
    return found
  }

  private func text(
    _ path: String, _ subject: String, _ place: String, _ faults: inout [String]
  ) -> String? {
    switch TextFile.attempt(path) {
    case .success(let text): return text
    case .failure(let problem):
      faults.append("\(place): \(problem.told(of: subject, path)).")
      return nil
    }
  }
}
