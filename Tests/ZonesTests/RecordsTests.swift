// DNS records in zones: decoded, stored, and found by the names that are asked for.

import ConfigurationTree
import DNS
import NameService
import Origin
import Primitives
import Testing
import Zones

@Suite struct RecordsTests {
  let directory: TemporaryDirectory
  let store: ZoneStore

  init() throws {
    directory = try TemporaryDirectory()
    store = try ZoneStore.open(directory.file("zones"), check: Samples.anyCertificate).store
  }

  private func zone(_ number: Int, _ name: String, hasRecords: Bool = true) -> ZoneConfiguration {
    var zone = ZoneConfiguration(
      id: Samples.id(number), name: name, hostnames: [Hostname(name: name)],
      origins: [OriginConfiguration(scheme: .http, host: "127.0.0.1")])
    if hasRecords { zone.records = Samples.records(name) }
    return zone
  }

  private func wire(_ name: String) -> [UInt8] {
    name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }

  private func find(_ name: String) throws -> ZoneID? {
    try store.zoneWithRecords(forName: wire(name))
  }

  @Test func `a name is answered for by the deepest zone with records`() throws {
    try store.apply([
      .put(zone(1, "example.org")), .put(zone(2, "sub.example.org")),
      .put(zone(3, "plain.example.org", hasRecords: false)), .put(zone(4, "other.test")),
    ])
    #expect(try find("www.example.org") == Samples.id(1))
    #expect(try find("example.org") == Samples.id(1))
    #expect(try find("a.b.sub.example.org") == Samples.id(2))
    #expect(try find("www.plain.example.org") == Samples.id(1))
    #expect(try find("org") == nil && find("xexample.org") == nil && find("") == nil)
    #expect(try store.apexes(below: "example.org", limit: 9) == [wire("sub.example.org")])
    #expect(try store.zonesAbove("x.sub.example.org") == [Samples.id(2), Samples.id(1)])
    #expect(try store.zonesAbove("example.org") == [])
    // Each change has a number; that of another zone's is not this one's.
    #expect(try store.recordsSequence(of: "sub.example.org") == 2)
    try store.apply([.put(zone(1, "example.org", hasRecords: false))])
    #expect(try store.recordsSequence(of: "sub.example.org") == 2)
    #expect(try store.recordsSequence(of: "example.org") == nil)
  }

  @Test func `records go with their zone, and names can change hands`() throws {
    try store.apply([.put(zone(1, "example.org"))])
    try store.apply([.remove(Samples.id(1)), .put(zone(2, "example.org"))])
    #expect(try find("example.org") == Samples.id(2))
    try store.apply([.put(zone(2, "example.org", hasRecords: false))])
    #expect(try find("example.org") == nil)
    try store.apply([.put(zone(2, "example.net"))])
    #expect(try find("www.example.net") == Samples.id(2) && find("example.org") == nil)
    try store.apply([.remove(Samples.id(2))])
    #expect(try find("example.net") == nil)
  }

  @Test func `records are read back as they were`() throws {
    let zone = zone(1, "example.org")
    try store.apply([.put(zone)])
    let records = try #require(zone.records)
    let stored = try #require(try store.configuration(of: zone.id)?.records)
    #expect(stored.isSame(as: records) && stored.serial.value == 1)
    var decoder = ConfigurationDecoder()
    let decoded = ZoneConfiguration.decode(zone.tree(), &decoder) { _ in Samples.id(1) }
    #expect(decoded == zone && decoder.faults.isEmpty)
  }

  @Test func `every fault of records is told with its place`() {
    func record(_ name: String, _ type: String, _ content: String) -> ConfigurationValue {
      .object([("name", .string(name)), ("type", .string(type)), ("content", .string(content))])
    }
    func faults(_ records: [ConfigurationValue]) -> [String] {
      var decoder = ConfigurationDecoder()
      let tree: ConfigurationValue = .object([
        ("name", .string("example.org")),
        ("origins", .array([.string("http://127.0.0.1:1")])), ("records", .array(records)),
      ])
      _ = ZoneConfiguration.decode(tree, &decoder) { _ in Samples.id(1) }
      return decoder.faults.map(\.path)
    }
    let servers = record("@", "NS", "ns.example.net.")
    #expect(faults([servers, record("www.example.org", "a", "192.0.2.1")]) == [])
    #expect(
      faults([
        record("a..b", "A", "192.0.2.1"), record("x", "NOTYPE", "1"), record("x", "A", "::1"),
      ])
        == ["records[0].name", "records[1].type", "records[2].content"])
    #expect(faults([record("x", "A", "192.0.2.1")]) == ["records"])
    #expect(
      faults([
        servers, record("x", "CNAME", "y"), record("x", "TXT", "z"), record("@", "CNAME", "y"),
        record("@", "A", "192.0.2.1"),
      ])
      .sorted() == ["records[1]", "records[3]"])
    #expect(faults([servers, record("other.test.", "A", "192.0.2.1")]) == ["records[1]"])
    #expect(faults([servers, record("x", "ANY", "\\# 0")]) == ["records[1].type"])
  }

  @Test func `names that are answered with the addresses of others are refused beside secondaries`()
  {
    func faults(_ allow: [ConfigurationValue]) -> [String] {
      let records: [ConfigurationValue] = [("NS", "ns.example.net."), ("CNAME", "a.example.net.")]
        .map { .object([("name", .string("@")), ("type", .string($0)), ("content", .string($1))]) }
      var decoder = ConfigurationDecoder()
      let tree: ConfigurationValue = .object([
        ("name", .string("example.org")), ("origins", .array([.string("http://127.0.0.1:1")])),
        ("records", .array(records)), ("transfers", .object([("allow", .array(allow))])),
      ])
      _ = ZoneConfiguration.decode(tree, &decoder) { _ in Samples.id(1) }
      return decoder.faults.map(\.path)
    }
    #expect(faults([]) == [])
    #expect(faults([.object([("network", .string("192.0.2.0/24"))])]) == ["transfers"])
  }
}
