// From a zone's records to its configuration.

import DNS
import NameService
import Origin
import Primitives
import Runtime
import Zones

/// What is answered and served by the records of a zone: those of its own, our name servers, and for proxied names
/// our addresses in the place of what the records say, which becomes the origin.
struct RecordPlan {
  let records: [DNSRecord]
  /// The names that were proxied before; what else is served is the operator's word.
  let proxiedBefore: Set<String>
  let nameServers: [String]
  let platform: PublicPlatform

  /// The origin of zones of which nothing is proxied: nobody.
  static let nobody = OriginConfiguration(scheme: .http, host: "127.0.0.1", port: 9)

  /// `zone` as the records want it.
  func configuration(from zone: ZoneConfiguration) throws(APIError) -> ZoneConfiguration {
    var zone = zone
    let proxied = Set(records.filter(\.isProxied).map(\.name))
    if !proxied.isEmpty, platform.addresses.isEmpty {
      throw APIError(
        invalid: [
          .invalid(
            "/proxied",
            "is true, and this platform has no addresses yet (skerry edge --edge-address)",
            code: 9_004)
        ])
    }
    let others = zone.hostnames.filter { !proxiedBefore.union(proxied).contains($0.name) }
    zone.hostnames = try others + hostnames(proxied)
    if !proxied.isEmpty || !proxiedBefore.isEmpty { zone.origins = try origins(proxied, zone) }
    zone.records = try image(proxied, zone)
    return zone
  }

  // MARK: - Serving

  private func hostnames(_ proxied: Set<String>) throws(APIError) -> [Hostname] {
    var hostnames: [Hostname] = []
    for name in proxied.sorted() {
      do throws(Hostname.Fault) { hostnames.append(try Hostname(parsing: name)) } catch {
        throw APIError(
          invalid: [.invalid("/name", "\(error.problem), and is proxied. \(error.remedy)")])
      }
    }
    return hostnames
  }

  private func origins(
    _ proxied: Set<String>, _ zone: ZoneConfiguration
  ) throws(APIError) -> [OriginConfiguration] {
    guard let first = proxied.min() else { return [Self.nobody] }
    var byName: [String: [DNSRecord]] = [:]
    for record in records where record.isProxiable {
      byName[record.name, default: []].append(record)
    }
    let hosts = hosts(of: first, byName, depth: 0)
    for name in proxied {
      let others = self.hosts(of: name, byName, depth: 0)
      guard others != hosts else { continue }
      throw APIError(
        invalid: [
          .invalid(
            "/content",
            "leads \(name) to another origin than \(first): proxied names of a zone have one origin "
              + "together so far. Leave one of them DNS-only, or give both the same content",
            code: 9_041)
        ])
    }
    for host in hosts {
      // Whoever owns a name elsewhere could let it lead to what is reached from here alone, at any time.
      guard let address = SocketAddress(host: host, port: 80) else {
        throw APIError(
          invalid: [
            .invalid(
              "/content",
              "leads to \(host), which has no address in this zone: proxied names lead to addresses so far. "
                + "Give its address, or leave it DNS-only", code: 9_043)
          ])
      }
      guard !platform.rules.allow(address) else { continue }
      throw APIError(
        invalid: [
          .invalid(
            "/content",
            "is \(host), which is not reached from everywhere, and can be no origin of a proxied name",
            code: 9_042)
        ])
    }
    return hosts.sorted().map { host in
      zone.origins.first { $0.host == host } ?? OriginConfiguration(scheme: .http, host: host)
    }
  }

  /// Where the records of `name` lead to in the end: addresses, or a name outside of the zone.
  private func hosts(
    of name: String, _ byName: [String: [DNSRecord]], depth: Int
  ) -> Set<String> {
    var hosts: Set<String> = []
    for record in byName[name] ?? [] {
      let content = RecordContent.shown(record).lowercased()
      if record.type == .cname, byName[content] != nil, depth < 8 {
        hosts.formUnion(self.hosts(of: content, byName, depth: depth + 1))
      } else {
        hosts.insert(content)
      }
    }
    return hosts
  }

  // MARK: - Answering

  private func image(
    _ proxied: Set<String>, _ zone: ZoneConfiguration
  ) throws(APIError) -> ZoneImage {
    let apex = try Self.name(zone.name)
    var list: [DNS.ZoneRecord] = []
    var sources: [DNSRecord?] = []
    list.reserveCapacity(records.count + 2)
    for server in nameServers {
      let target = try Self.name(server)
      list.append(DNS.ZoneRecord(name: apex, type: .ns, ttl: 86_400, content: target.bytes))
      sources.append(nil)
    }
    for record in records {
      if record.isProxiable, proxied.contains(record.name) { continue }
      list.append(
        DNS.ZoneRecord(
          name: try Self.name(record.name), type: record.type, ttl: record.answeredTTL,
          content: record.content))
      sources.append(record)
    }
    for name in proxied.sorted() {
      let owner = try Self.name(name)
      for address in platform.addresses {
        let ttl = UInt32(APILimits.automaticTTL)
        let (type, content) = Self.content(address)
        list.append(DNS.ZoneRecord(name: owner, type: type, ttl: ttl, content: content))
        sources.append(nil)
      }
    }
    let traits = traits(of: zone, list)
    switch ZoneCompiler.compile(apex: apex, records: list, traits: traits) {
    case .success(let image): return image
    case .failure(let found):
      throw APIError(
        invalid: found.faults.map { fault in
          let record = fault.index.flatMap { sources[$0] }
          let what = record.map { "\($0.type) \($0.name) " } ?? "the zone "
          return APIFault(9_000, "\(what)\(fault.problem). \(fault.remedy)", at: "/content")
        })
    }
  }

  /// What the operator has said of records that stay.
  private func traits(of zone: ZoneConfiguration, _ list: [DNS.ZoneRecord]) -> [Int: RecordTraits] {
    var known: [RecordKey: RecordTraits] = [:]
    for (record, traits) in zone.records?.configuredRecords ?? [] where traits != RecordTraits() {
      let name = RecordReading.text(record.name)
      known[RecordKey(name: name, type: record.type, content: record.content)] = traits
    }
    guard !known.isEmpty else { return [:] }
    var found: [Int: RecordTraits] = [:]
    for (index, record) in list.enumerated() {
      let name = RecordReading.text(record.name)
      let key = RecordKey(name: name, type: record.type, content: record.content)
      if let traits = known[key] { found[index] = traits }
    }
    return found
  }

  private static func name(_ text: String) throws(APIError) -> DomainName {
    do throws(DNSError) { return try DomainName(text) } catch {
      throw APIError(
        invalid: [.invalid("/name", "is \"\(text)\", which is no name: \(error.explanation)")])
    }
  }

  private static func content(_ address: SocketAddress) -> (RecordType, [UInt8]) {
    let type: RecordType = address.host.contains(":") ? .aaaa : .a
    let text = Array(address.host.utf8)
    do throws(ZoneFileFault) {
      return (type, try RDATA.parse(type, text.span, origin: nil))
    } catch { return (type, []) }
  }
}
