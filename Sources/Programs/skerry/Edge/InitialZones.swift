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
    guard let url = options.defaultOrigin else { return options.defaultZone }
    try applyDefault(url)
    return Self.defaultName
  }

  private func applyFile(_ path: String) throws(CommandFailure) {
    let file = try ZonesFile.read(path)
    var decoder = ConfigurationDecoder()
    let identities = Identities(store)
    let decoded = ZoneFile.decode(file.tree, &decoder) { identities.identity(of: $0) }
    guard let decoded, decoder.faults.isEmpty else { throw file.failure(decoder.faults) }
    do throws(ZoneStoreError) { try put(decoded.zones) } catch {
      if case .invalid(let faults) = error { throw file.failure(faults) }
      throw CommandFailure(.refused, "skerry: \(error.description)")
    }
  }

  /// Lines of host, origin and the value of X-Rev.
  private func applyTenants(_ path: String) throws(CommandFailure) {
    let text = try TextFile.read(path, "the file of tenants")
    let identities = Identities(store)
    var zones: [ZoneConfiguration] = []
    for (index, line) in text.split(separator: "\n").enumerated() {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "," })
      guard words.count >= 2 else {
        throw CommandFailure(
          .refused, "\(path):\(index + 1): write host, origin and the value of X-Rev")
      }
      let name = String(words[0])
      var zone = ZoneConfiguration(
        id: identities.identity(of: name), name: name, hostnames: [Hostname(name: name)],
        origins: [try origin(String(words[1]), "\(path):\(index + 1)")])
      if words.count > 2 {
        zone.responseFields = [
          ResponseFieldConfiguration(name: "X-Rev", value: String(words[2]))
        ]
      }
      zones.append(zone)
    }
    try putAll(zones)
  }

  private func applyDefault(_ url: String) throws(CommandFailure) {
    var zone = ZoneConfiguration(
      id: Identities(store).identity(of: Self.defaultName), name: Self.defaultName, hostnames: [],
      origins: [try origin(url, "--default-origin")])
    if let chain = options.defaultCertificate, let key = options.defaultKey {
      zone.certificates = [
        CertificateConfiguration(
          chain: try TextFile.read(chain, "the certificate"),
          key: PrivateKey(pem: try TextFile.read(key, "the private key")))
      ]
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
    let url = text.contains("://") ? text : "http://\(text)"
    do throws(OriginConfiguration.URL.Fault) { return try OriginConfiguration.URL.parse(url) } catch {
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
