// What is asked of a zone beyond its own keys: its certificates.

import ConfigurationTree

/// Checks the certificates of a zone: each by itself, and that each hostname has one.
enum ZoneValidation {
  static func faults(
    of zone: ZoneConfiguration, _ check: CertificateCheck
  ) -> [ConfigurationFault] {
    guard !zone.certificates.isEmpty else { return [] }
    var faults: [ConfigurationFault] = []
    var names: [String]? = []
    for (index, certificate) in zone.certificates.enumerated() {
      let finding = check.inspect(certificate.chain, certificate.key)
      for fault in finding.faults {
        faults.append(
          ConfigurationFault(
            path: "certificates[\(index)].\(fault.key)", problem: fault.problem,
            remedy: fault.remedy))
      }
      if let found = finding.names { names?.append(contentsOf: found) } else { names = nil }
    }
    guard faults.isEmpty, let names else { return faults }
    for (index, hostname) in zone.hostnames.enumerated()
    where !names.contains(where: { hostname.isCovered(by: $0) }) {
      faults.append(
        ConfigurationFault(
          path: "hostnames[\(index)]",
          problem: "is \(hostname), and no certificate of the zone is for it",
          remedy: "Give a certificate that names it (these do: \(list(names))), "
            + "or take the hostname out."))
    }
    return faults
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
  }
}
