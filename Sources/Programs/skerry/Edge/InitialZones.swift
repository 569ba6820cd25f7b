// Zones that are given on the command line.

import ConfigurationTree
import Gateway
import Origin
import Primitives
import Storage
import Zones

/// Applies `--zones`, `--tenants` and `--default-origin` to the store before the edge listens.
struct InitialZones {
  let options: EdgeOptions
  let store: ZoneStore

  /// The zone of `--default-origin`.
  private static let defaultName = "default"

  /// Applies what is given; the zone that answers for hosts that no zone has, if there is one.
  func apply() throws(CommandFailure) -> String? {
    if let path = options.zones { try applyFile(path) }
    if let path = options.tenants { try applyTenants(path) }
    if let path = options.dnsZones { try applyNames(path) }
    guard let url = options.defaultOrigin else { return options.defaultZone }
    try applyDefault(url)
    return Self.defaultName
  }

  private func applyFile(_ path: String) throws(CommandFailure) {
    let file = try ZonesFile.read(path)
    var decoder = ConfigurationDecoder()
    let identities = ZoneIdentities(store)
    let decoded = ZoneFile.decode(file.tree, &decoder, check: store.check) {
      identities.identity(of: $0)
    }
    guard let decoded, decoder.faults.isEmpty else { throw file.failure(decoder.faults) }
    do throws(ZoneStoreError) { try put(decoded.zones) } catch {
      if case .invalid(let faults) = error { throw file.failure(faults) }
      throw CommandFailure(.refused, "skerry: \(error.description)")
    }
  }

  /// Lines of host, origin, the value of X-Rev, and the files of a certificate and its key; the
  /// last three may be left out.
  private func applyTenants(_ path: String) throws(CommandFailure) {
    var certificates = CertificateFiles()
    let identities = ZoneIdentities(store)
    var zones: [ZoneConfiguration] = []
    let text = try TextFile.read(path, "the file of tenants")
    try forEachLine(of: text, at: path, separators: " \t,") {
      (place, words) throws(CommandFailure) in
      guard words.count >= 2 else {
        throw CommandFailure(.refused, "\(place): write host, origin and the value of X-Rev")
      }
      let name = words[0]
      var zone = ZoneConfiguration(
        id: identities.identity(of: name), name: name, hostnames: [Hostname(name: name)],
        origins: [try origin(words[1], place)])
      if words.count > 2 {
        zone.responseFields = [
          ResponseFieldConfiguration(name: "X-Rev", value: words[2])
        ]
      }
      if words.count > 4 {
        zone.certificates = [try certificates.read(words[3], words[4])]
      }
      zones.append(zone)
    }
    try putAll(zones)
  }

  /// Lines of a zone's name and its zone file. What is asked of them over HTTP fails: they have an
  /// origin that nobody is.
  private func applyNames(_ path: String) throws(CommandFailure) {
    let identities = ZoneIdentities(store)
    let nobody = try origin("127.0.0.1:9", path)
    var files: [String: [UInt8]] = [:]
    var zones: [ZoneConfiguration] = []
    let text = try TextFile.read(path, "the file of zones")
    try forEachLine(of: text, at: path, separators: " \t") {
      (place, words) throws(CommandFailure) in
      guard words.count == 2 else {
        throw CommandFailure(.refused, "\(place): write a name and a zone file")
      }
      let (name, file) = (words[0], words[1])
      if files[file] == nil { files[file] = Array(try TextFile.read(file, "the zone file").utf8) }
      var zone = ZoneConfiguration(
        id: identities.identity(of: name), name: name, hostnames: [Hostname(name: name)],
        origins: [nobody])
      zone.records = try DNSZoneFile(name: name, path: file, bytes: files[file] ?? [])
        .compiled(isSigned: options.dnsSigned)
      zone.isSigned = options.dnsSigned
      zones.append(zone)
    }
    try putAll(zones)
  }

  /// Calls `body` with the place and the words of each line of `text`, which is that of the file at
  /// `path`.
  private func forEachLine(
    of text: String, at path: String, separators: String,
    _ body: (_ place: String, _ words: [String]) throws(CommandFailure) -> Void
  ) throws(CommandFailure) {
    // Bytes, not characters: there may be a million lines.
    for (index, line) in text.utf8.split(separator: UInt8(ascii: "\n")).enumerated() {
      let words = line.split(whereSeparator: { separators.utf8.contains($0) })
      try body("\(path):\(index + 1)", words.map { String(Substring($0)) })
    }
  }

  /// Certificates by their files; each file is read once, however many zones name it.
  private struct CertificateFiles {
    private var known: [[String]: CertificateConfiguration] = [:]

    mutating func read(
      _ chain: String, _ key: String
    ) throws(CommandFailure) -> CertificateConfiguration {
      if let certificate = known[[chain, key]] { return certificate }
      let certificate = CertificateConfiguration(
        chain: try TextFile.read(chain, "the certificate"),
        key: PrivateKey(pem: try TextFile.read(key, "the private key")))
      known[[chain, key]] = certificate
      return certificate
    }
  }

  private func applyDefault(_ url: String) throws(CommandFailure) {
    var zone = ZoneConfiguration(
      id: ZoneIdentities(store).identity(of: Self.defaultName), name: Self.defaultName,
      hostnames: [],
      origins: [try origin(url, "--default-origin")])
    if let chain = options.defaultCertificate, let key = options.defaultKey {
      var certificates = CertificateFiles()
      zone.certificates = [try certificates.read(chain, key)]
    }
    // One zone for everything: its bounds are the edge's.
    zone.bounds.connections = 1_000_000
    zone.bounds.exchanges = 1_000_000
    zone.bounds.cacheBytes = options.ramMebibytes << 20
    try putAll([zone])
  }

  private func origin(
    _ text: String, _ place: String
  ) throws(CommandFailure) -> OriginConfiguration {
    let url = text.hasPrefix("http://") || text.hasPrefix("https://") ? text : "http://\(text)"
    do throws(OriginConfiguration.URL.Fault) { return try OriginConfiguration.URL.parse(url) } catch
    {
      throw CommandFailure(.refused, "\(place): the origin \(error.problem). \(error.remedy)")
    }
  }

  private func putAll(_ zones: [ZoneConfiguration]) throws(CommandFailure) {
    do throws(ZoneStoreError) { try put(zones) } catch {
      throw CommandFailure(.refused, "skerry: \(error.description)")
    }
  }

  private func put(_ zones: [ZoneConfiguration]) throws(ZoneStoreError) {
    try store.apply(zones.enumerated().map { .put($0.element, path: "zones[\($0.offset)]") })
  }
}
