// The keys of a zone: from a tree and back.

import Cache
package import ConfigurationTree
import ContentCoding
import NameService
import Origin
package import Primitives
import Tiers

extension ZoneConfiguration {
  package static let keys = [
    "id", "name", "hostnames", "origins", "originPool", "tiers", "certificates", "tls", "cache",
    "compression", "bounds", "weight", "redirectToHTTPS", "responseFields", "records", "dnssec",
    "dnssecKeys", "transfers", "errorPages", "paused",
  ]

  /// Takes a zone out of `value`. `identify` gives the identity of a zone by its name, where the
  /// tree has none. Nil if anything is wrong; every fault is noted.
  package static func decode(
    _ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder,
    identify: (_ name: String) -> ZoneID
  ) -> ZoneConfiguration? {
    let before = decoder.faults.count
    guard let object = decoder.object(value, keys: keys) else { return nil }
    let name = decodeName(object, &decoder)
    let hostnames = decodeHostnames(object, name: name, &decoder)
    let origins = decodeOrigins(object, &decoder)
    let id = decodeID(object, &decoder) ?? identify(name ?? "")
    var zone = ZoneConfiguration(
      id: id, name: name ?? "", hostnames: hostnames, origins: origins)
    zone.decodeDetails(object, &decoder)
    zone.records = ZoneImage.decode(in: object, zone: name, &decoder)
    zone.decodeSigning(object, &decoder)
    decoder.member("transfers", in: object) { value, decoder in
      zone.transfers = TransferConfiguration(value, &decoder)
    }
    zone.checkCopies(object, &decoder)
    guard decoder.faults.count == before else { return nil }
    return zone
  }

  /// The zone as a tree, every key written out; private keys only if they are asked for.
  package func tree(withKeys: Bool = false) -> ConfigurationValue {
    .object([
      ("id", .string(id.description)),
      ("name", .string(name)),
      ("hostnames", .array(hostnames.map { .string($0.description) })),
      ("origins", .array(origins.map(\.tree))),
      ("originPool", originPolicy.tree),
      ("tiers", tiers.tree),
      ("certificates", .array(certificates.map { $0.tree(withKey: withKeys) })),
      ("tls", tls.tree),
      ("cache", cache.tree),
      ("compression", compression.tree),
      ("bounds", bounds.tree),
      ("weight", .integer(weight)),
      ("redirectToHTTPS", .bool(redirectsToHTTPS)),
      ("responseFields", .array(responseFields.map(\.tree))),
      ("records", records?.tree ?? .array([])),
      ("dnssec", .bool(isSigned)),
      ("dnssecKeys", signingPolicy.tree),
      ("transfers", transfers.tree(withSecrets: withKeys)),
      ("errorPages", .array(errorPages.map(\.tree))),
      ("paused", .bool(isPaused)),
    ])
  }

  // MARK: - Parts

  private static func decodeName(
    _ object: ConfigurationObject, _ decoder: inout ConfigurationDecoder
  ) -> String? {
    let text = decoder.requiredString("name", in: object, "Give the zone's domain, as example.org.")
    guard let text else { return nil }
    do throws(Hostname.Fault) {
      return try Hostname.checkedName(text, as: text)
    } catch {
      decoder.at("name") {
        $0.report(error.problem, error.remedy, at: object.value("name")?.position)
      }
      return nil
    }
  }

  /// Without any, the zone serves its name.
  private static func decodeHostnames(
    _ object: ConfigurationObject, name: String?, _ decoder: inout ConfigurationDecoder
  ) -> [Hostname] {
    guard object.value("hostnames") != nil else { return name.map { [Hostname(name: $0)] } ?? [] }
    var hostnames: [Hostname] = []
    var seen: Set<Hostname> = []
    let isList = decoder.list("hostnames", in: object, limit: ZonesLimits.hostnames) {
      value, decoder in
      guard let hostname = decodeHostname(value, name: name, &decoder) else { return }
      if seen.insert(hostname).inserted {
        hostnames.append(hostname)
      } else {
        decoder.report("is \(hostname) once more", "Write each name once.", at: value.position)
      }
    }
    // A zone may be there for its DNS alone.
    if isList, case .array(let given)? = object.value("hostnames")?.content, given.isEmpty,
      isEmpty(object.value("records"))
    {
      decoder.at("hostnames") {
        $0.report(
          "is empty", "Give at least one name, or leave the key out to serve the zone's name.",
          at: object.value("hostnames")?.position)
      }
    }
    return hostnames
  }

  private static func decodeHostname(
    _ value: ConfigurationValue, name: String?, _ decoder: inout ConfigurationDecoder
  ) -> Hostname? {
    guard case .string(let text) = value.content else {
      decoder.report("is \(value.kind)", "Give a host name.", at: value.position)
      return nil
    }
    do throws(Hostname.Fault) {
      let hostname = try Hostname(parsing: text)
      guard let name, !hostname.lies(in: name) else { return hostname }
      decoder.report(
        "is \"\(text)\", which does not lie in \(name)",
        "Make another zone for its domain, or write a name that ends in .\(name).",
        at: value.position)
    } catch {
      decoder.report(error.problem, error.remedy, at: value.position)
    }
    return nil
  }

  private static func decodeOrigins(
    _ object: ConfigurationObject, _ decoder: inout ConfigurationDecoder
  ) -> [OriginConfiguration] {
    let remedy = "Give at least one origin: [{\"url\": \"http://HOST:PORT\"}]."
    guard let value = object.value("origins") else {
      decoder.reportMissing("origins", in: object, remedy)
      return []
    }
    var origins: [OriginConfiguration] = []
    decoder.list("origins", in: object, limit: ZonesLimits.origins) { value, decoder in
      if let origin = OriginConfiguration.decode(value, &decoder) { origins.append(origin) }
    }
    if case .array(let given) = value.content, given.isEmpty {
      decoder.at("origins") { $0.report("is empty", remedy, at: value.position) }
    }
    return origins
  }

  private static func decodeID(
    _ object: ConfigurationObject, _ decoder: inout ConfigurationDecoder
  ) -> ZoneID? {
    guard let text = decoder.string("id", in: object) else { return nil }
    if let id = ZoneID(text) { return id }
    decoder.at("id") {
      $0.report(
        "is \"\(text)\"",
        "Give 32 hexadecimal digits as Skerry shows them, or leave the key out.",
        at: object.value("id")?.position)
    }
    return nil
  }

  private mutating func decodeDetails(
    _ object: ConfigurationObject, _ decoder: inout ConfigurationDecoder
  ) {
    decoder.member("originPool", in: object) { value, decoder in
      originPolicy = OriginPolicy(value, &decoder)
    }
    decoder.member("tiers", in: object) { value, decoder in
      if let given = TierChoice(value, &decoder) { tiers = given }
    }
    decoder.list("certificates", in: object, limit: ZonesLimits.certificates) { value, decoder in
      if let certificate = CertificateConfiguration.decode(value, &decoder) {
        certificates.append(certificate)
      }
    }
    decoder.member("tls", in: object) { value, decoder in tls = ZoneTLS(value, &decoder) }
    decoder.member("cache", in: object) { value, decoder in
      cache = CacheConfiguration(value, &decoder)
    }
    decoder.member("compression", in: object) { value, decoder in
      compression = CompressionConfiguration(value, &decoder)
    }
    decoder.member("bounds", in: object) { value, decoder in bounds = ZoneBounds(value, &decoder) }
    if let given = decoder.integer("weight", in: object, 1...100) { weight = given }
    if let given = decoder.bool("redirectToHTTPS", in: object) {
      redirectsToHTTPS = given
      if given, Self.isEmpty(object.value("certificates")) {
        decoder.at("redirectToHTTPS") {
          $0.report(
            "is true, and the zone has no certificate",
            "Give the zone a certificate, or serve it without the redirect.",
            at: object.value("redirectToHTTPS")?.position)
        }
      }
    }
    decoder.list("responseFields", in: object, limit: ZonesLimits.responseFields) {
      value, decoder in
      if let field = ResponseFieldConfiguration.decode(value, &decoder) {
        responseFields.append(field)
      }
    }
    decoder.list("errorPages", in: object, limit: ZonesLimits.errorPages) { value, decoder in
      if let page = ErrorPageConfiguration.decode(value, &decoder) { errorPages.append(page) }
    }
    if let given = decoder.bool("paused", in: object) { isPaused = given }
  }

  private mutating func decodeSigning(
    _ object: ConfigurationObject, _ decoder: inout ConfigurationDecoder
  ) {
    keepsSigningPolicy = object.value("dnssecKeys") == nil
    decoder.member("dnssecKeys", in: object) { value, decoder in
      signingPolicy = SigningPolicy(value, &decoder)
    }
    guard let given = decoder.bool("dnssec", in: object) else { return }
    isSigned = given
    guard given, let type = records?.typeMadeBySigning else { return }
    decoder.at("dnssec") {
      $0.report(
        "is true, and the zone has \(type) records of its own",
        "Take them out: signing makes them.", at: object.value("dnssec")?.position)
    }
  }

  /// Copies would lack names that are answered with the addresses of others, and nobody would notice.
  private func checkCopies(
    _ object: ConfigurationObject, _ decoder: inout ConfigurationDecoder
  ) {
    guard transfers.hasReaders, records?.hasFlattenedNames == true else { return }
    decoder.at("transfers") {
      $0.report(
        "lets others have copies, and names of the zone are answered with the addresses of others "
          + "(a CNAME at the apex, or flatten), which copies would lack",
        "Take secondaries and allow out, or give these names addresses of their own.",
        at: object.value("transfers")?.position)
    }
  }

  /// Whether there is nothing in a list. One with faults has something in it.
  private static func isEmpty(_ list: ConfigurationValue?) -> Bool {
    guard case .array(let elements)? = list?.content else { return list == nil }
    return elements.isEmpty
  }
}
