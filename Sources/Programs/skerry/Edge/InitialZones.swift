// Zones that are given on the command line.

import ConfigurationTree
import Gateway
import Zones

/// Applies `--zones`, `--tenants`, `--dns-zones` and `--default-origin` to the store before the edge
/// listens: all or none, and with every fault.
struct InitialZones {
  let options: EdgeOptions
  let store: ZoneStore

  /// The zone of `--default-origin`.
  private static let defaultName = "default"

  /// Applies what is given; the zone that answers for hosts that no zone has, if there is one.
  func apply() throws(CommandFailure) -> String? {
    var faults: [String] = []
    let identities = ZoneIdentities(store)
    let given = read(identities, &faults)
    guard faults.isEmpty else { throw Self.failure(faults) }
    try put(given)
    return options.defaultOrigin == nil ? options.defaultZone : Self.defaultName
  }

  /// What is given, as far as it can be read.
  private func read(_ identities: ZoneIdentities, _ faults: inout [String]) -> [GivenZones] {
    var given: [GivenZones] = []
    if let path = options.zones { file(path, identities, &faults).map { given.append($0) } }
    if let path = options.tenants {
      var list = TenantList(path: path, identities: identities, check: store.check)
      list.read(&faults).map { given.append($0) }
    }
    if let path = options.dnsZones {
      var list = NameList(path: path, isSigned: options.dnsSigned, identities: identities)
      list.read(&faults).map { given.append($0) }
    }
    if let url = options.defaultOrigin {
      var certificates = CertificateFiles(check: store.check)
      defaultZone(url, identities, &certificates, &faults).map { given.append($0) }
    }
    return given
  }

  private func file(
    _ path: String, _ identities: ZoneIdentities, _ faults: inout [String]
  ) -> GivenZones? {
    do throws(CommandFailure) {
      let file = try ZonesFile.read(path)
      var decoder = ConfigurationDecoder()
      let decoded = ZoneFile.decode(file.tree, &decoder, check: store.check) {
        identities.identity(of: $0)
      }
      guard let decoded, decoder.faults.isEmpty else { throw file.failure(decoder.faults) }
      return GivenZones(source: .file(file), steps: decoded.zones.map { .put($0) })
    } catch {
      faults.append(error.message)
      return nil
    }
  }

  private func defaultZone(
    _ url: String, _ identities: ZoneIdentities, _ certificates: inout CertificateFiles,
    _ faults: inout [String]
  ) -> GivenZones? {
    guard let origin = ZoneLines.origin(url, "--default-origin", &faults) else { return nil }
    var zone = ZoneConfiguration(
      id: identities.identity(of: Self.defaultName), name: Self.defaultName, hostnames: [],
      origins: [origin])
    if let chain = options.defaultCertificate, let key = options.defaultKey {
      guard let read = certificates.read(chain, key, "--default-certificate", &faults) else {
        return nil
      }
      zone.certificates = [read]
    }
    // One zone for everything: its bounds are the edge's.
    zone.bounds.connections = 1_000_000
    zone.bounds.exchanges = 1_000_000
    zone.bounds.cacheBytes = options.ramMebibytes << 20
    return GivenZones(source: .option("--default-certificate"), steps: [.put(zone)])
  }

  private func put(_ given: [GivenZones]) throws(CommandFailure) {
    var changes: [ZoneChange] = []
    for (source, list) in given.enumerated() {
      changes.reserveCapacity(changes.count + list.steps.count)
      for (index, step) in list.steps.enumerated() {
        changes.append(ZoneChange(step, path: "\(source)[\(index)]"))
      }
    }
    guard !changes.isEmpty else { return }
    do throws(ZoneStoreError) { try store.apply(changes) } catch {
      guard case .invalid(let faults) = error else {
        throw CommandFailure(.refused, "skerry: \(error.description)")
      }
      throw Self.failure(faults.map { Self.line($0, given) })
    }
  }

  /// `fault`, whose path begins with the source and the number of its zone there, with its place.
  private static func line(_ fault: ConfigurationFault, _ given: [GivenZones]) -> String {
    let parts = fault.path.split(maxSplits: 2, omittingEmptySubsequences: false) {
      $0 == "[" || $0 == "]"
    }
    guard parts.count == 3, let source = Int(parts[0]), let index = Int(parts[1]),
      given.indices.contains(source)
    else { return fault.description }
    let path = String(parts[2].drop { $0 == "." })
    return given[source].line(fault, at: path, ofZone: index)
  }

  private static func failure(_ faults: [String]) -> CommandFailure {
    let shown = faults.prefix(ConfigurationLimits.faults)
    let more = faults.count - shown.count
    let end = more > 0 ? "and \(more) more; nothing was changed" : "nothing was changed"
    return CommandFailure(.refused, (shown + ["skerry: \(end)"]).joined(separator: "\n"))
  }
}
