// Zones that get new serial numbers though they stay as they are.

import ConfigurationTree
import DNS
import NameService
import Origin
import Primitives
import Testing

@testable import Zones

@Suite("Renewed serial numbers") struct RenewalTests {
  private static func zone(_ number: Int, names: Int = 1) throws -> ZoneConfiguration {
    let name = "z\(number).example"
    var zone = ZoneConfiguration(
      id: Samples.id(number), name: name, hostnames: [Hostname(name: name)],
      origins: [OriginConfiguration(scheme: .http, host: "127.0.0.1")])
    var decoder = ConfigurationDecoder()
    let records = (0..<names).map { number in
      ConfigurationValue.object([
        ("name", .string("n\(number)")), ("type", .string("A")), ("content", .string("192.0.2.1")),
      ])
    }
    let nameServer = ConfigurationValue.object([
      ("name", .string("@")), ("type", .string("NS")), ("content", .string("ns.example.net.")),
    ])
    let tree = ConfigurationValue.object([("records", .array([nameServer] + records))])
    let found = decoder.object(tree, keys: ["records"])
    zone.records = ZoneImage.decode(in: try #require(found), zone: name, &decoder)
    zone.transfers = Samples.transfers
    zone.isSigned = true
    zone.certificates = [Samples.certificate("ONE")]
    return zone
  }

  @Test("neither an expired certificate nor a zone that is gone keeps others from being renewed")
  func others() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("zones")
    var store = try ZoneStore.open(path, check: Samples.anyCertificate).store
    try store.apply([.put(try Self.zone(1)), .put(try Self.zone(2)), .put(try Self.zone(3))])
    store.close()
    let expired = CertificateCheck { _, _ in
      CertificateFinding(
        names: nil,
        faults: [CertificateFault(key: "chain", problem: "has expired", remedy: "Renew it.")])
    }
    store = try ZoneStore.open(path, check: expired).store
    defer { store.close() }
    func serials() throws -> [SerialNumber?] {
      try (1...3).map { try store.configuration(of: Samples.id($0))?.records?.serial }
    }
    let before = try serials()
    #expect(throws: ZoneStoreError.self) {
      var zone = try Self.zone(1)
      zone.weight = 3
      try store.apply([.put(zone)])
    }
    let all = store.renewSerials(of: [Samples.id(1), Samples.id(2)])
    #expect(all.failure == nil && all.applied?.changes.count == 2)
    let some = store.renewSerials(of: [Samples.id(1), Samples.id(9), Samples.id(3)])
    #expect(some.failure != nil && some.applied?.changes.count == 2)
    #expect(try some.applied?.sequence == store.sequence())
    let after = try serials()
    for (old, new) in zip(before, after) {
      let (first, second) = (try #require(old), try #require(new))
      #expect(second.follows(first))
    }
    #expect(store.renewSerials(of: []).applied == nil)
  }

  @Test("zones that were changed at once are due one after the other, and none is late")
  func spread() throws {
    let directory = try TemporaryDirectory()
    let store = try ZoneStore.open(directory.file("zones"), check: Samples.anyCertificate).store
    defer { store.close() }
    try store.apply(try (1...40).map { .put(try Self.zone($0)) })
    let zones = try store.copiedZones(after: nil, limit: 100)
    #expect(zones.count == 40 && zones.allSatisfy { $0.bytes > 100 })
    func due(_ seconds: Int64) -> Int {
      zones.filter { $0.needsRenewal(WallTime(seconds: $0.time.seconds + seconds)) }.count
    }
    let latest = ZonesLimits.resigningSeconds
    #expect(due(latest - ZonesLimits.resigningSpreadSeconds) < 3)
    #expect((10...30).contains(due(latest - ZonesLimits.resigningSpreadSeconds / 2)))
    #expect(due(latest) == 40)
  }
}
