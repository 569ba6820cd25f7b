// The file of `--tenants`.

import Zones

/// Lines of host, origin, the value of X-Rev, and the files of a certificate and its key; the last
/// three may be left out.
struct TenantList {
  private let path: String
  private let identities: ZoneIdentities
  private var certificates: CertificateFiles

  init(path: String, identities: ZoneIdentities, check: CertificateCheck) {
    self.path = path
    self.identities = identities
    certificates = CertificateFiles(check: check)
  }

  /// The zones; what is wrong with a line is noted. Nil if the file can't be read.
  mutating func read(_ faults: inout [String]) -> GivenZones? {
    var steps: [ZoneChange.Action] = []
    var numbers: [Int] = []
    let isRead = ZoneLines.forEach(
      of: path, "the file of tenants", separators: " \t,", &faults
    ) { number, words, faults in
      guard let zone = zone(words, "\(path):\(number)", &faults) else { return }
      steps.append(.put(zone))
      numbers.append(number)
    }
    return isRead ? GivenZones(source: .lines(path: path, numbers: numbers), steps: steps) : nil
  }

  private mutating func zone(
    _ words: [String], _ place: String, _ faults: inout [String]
  ) -> ZoneConfiguration? {
    guard words.count >= 2 else {
      faults.append("\(place): write host, origin and the value of X-Rev")
      return nil
    }
    let hostname = ZoneLines.hostname(words[0], place, &faults)
    let origin = ZoneLines.origin(words[1], place, &faults)
    var certificate: CertificateConfiguration?
    if words.count > 4 { certificate = certificates.read(words[3], words[4], place, &faults) }
    if words.count == 4 { faults.append("\(place): the certificate \(words[3]) has no key file") }
    guard let hostname, let origin, words.count != 4, words.count < 5 || certificate != nil else {
      return nil
    }
    var zone = ZoneConfiguration(
      id: identities.identity(of: words[0]), name: words[0], hostnames: [hostname],
      origins: [origin])
    if words.count > 2 {
      zone.responseFields = [ResponseFieldConfiguration(name: "X-Rev", value: words[2])]
    }
    if let certificate { zone.certificates = [certificate] }
    return zone
  }
}
