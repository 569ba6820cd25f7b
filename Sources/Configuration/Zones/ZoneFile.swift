// A file of zones: what `skerry apply` reads.

package import ConfigurationTree
package import Primitives

/// The content of a file of zones: `zones` is a list of zones, whose certificates and authorities
/// may be given as files beside it.
package struct ZoneFile: Sendable {
  package let zones: [ZoneConfiguration]

  package static let keys = ["zones"]

  /// Reads a file by its path, as text; the error's description says why it can't be read.
  package typealias Reader = (_ path: String) -> Result<String, UnreadableFile>

  /// Why a file can't be read, as the rest of a sentence: `does not exist`.
  package struct UnreadableFile: Error {
    package let problem: String

    package init(problem: String) { self.problem = problem }
  }

  /// `tree` with the files in it that are named relative to `directory` read in: `certificateFile`
  /// becomes `chain`, `keyFile` becomes `key`, `certificateAuthorityFile` becomes
  /// `certificateAuthority`. What can't be read is noted.
  package static func resolve(
    _ tree: ConfigurationValue, directory: String, _ decoder: inout ConfigurationDecoder,
    read: Reader
  ) -> ConfigurationValue {
    let references = FileReferences(directory: directory)
    return references.resolve(tree, &decoder, read)
  }

  /// Decodes `tree`; nil if anything is wrong, and every fault is noted. `identify` gives the
  /// identity of the zone with a name: that of the zone that is there, or a new one.
  ///
  /// Certificates are looked at when zones are applied; if that will not be, those of the zones that can
  /// be read are looked at here, with `check`, so that their faults are told with the others.
  package static func decode(
    _ tree: ConfigurationValue, _ decoder: inout ConfigurationDecoder, check: CertificateCheck?,
    identify: (_ name: String) -> ZoneID
  ) -> ZoneFile? {
    let before = decoder.faults.count
    guard let object = decoder.object(tree, keys: keys) else { return nil }
    if object.value("zones") == nil {
      decoder.reportMissing("zones", in: object, "Give a list of zones.")
    }
    var zones: [ZoneConfiguration] = []
    var indexes: [Int] = []
    var positions: [String: Int] = [:]
    var claims: [Hostname: Int] = [:]
    var index = 0
    decoder.list("zones", in: object, limit: .max) { value, decoder in
      defer { index += 1 }
      guard let zone = ZoneConfiguration.decode(value, &decoder, identify: identify) else { return }
      if let other = positions.updateValue(index, forKey: zone.name) {
        decoder.at("name") {
          $0.report(
            "is \(zone.name), as is that of zones[\(other)]", "Make one zone of the two.",
            at: value["name"]?.position)
        }
      } else {
        report(zone.hostnames, of: index, claimedIn: &claims, value, &decoder)
      }
      zones.append(zone)
      indexes.append(index)
    }
    guard decoder.faults.count == before else {
      guard let check else { return nil }
      for (zone, index) in zip(zones, indexes) {
        for fault in ZoneValidation.faults(of: zone, check) {
          decoder.at("zones[\(index)].\(fault.path)") { $0.report(fault.problem, fault.remedy) }
        }
      }
      return nil
    }
    return ZoneFile(zones: zones)
  }

  /// Notes those of the hostnames of the zone `index` that a zone before it has.
  private static func report(
    _ hostnames: [Hostname], of index: Int, claimedIn claims: inout [Hostname: Int],
    _ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder
  ) {
    var given: [ConfigurationValue]?
    if case .array(let list)? = value["hostnames"]?.content { given = list }
    for (place, hostname) in hostnames.enumerated() {
      guard let other = claims[hostname] else {
        claims[hostname] = index
        continue
      }
      decoder.at(given == nil ? "name" : "hostnames[\(place)]") {
        $0.report(
          "is \(hostname), which zones[\(other)] serves as well",
          "A name belongs to one zone: leave it out of the other.",
          at: (given?[place] ?? value["name"])?.position)
      }
    }
  }
}
