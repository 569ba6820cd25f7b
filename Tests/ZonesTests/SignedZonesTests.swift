// The keys of signed zones in the store.

import ConfigurationTree
import NameService
import Testing

@testable import Zones

@Suite("Keys of signed zones") struct SignedZonesTests {
  private static func signed(_ isSigned: Bool = true, weight: Int = 1) -> ZoneConfiguration {
    var zone = Samples.zone(1)
    zone.isSigned = isSigned
    zone.weight = weight
    return zone
  }

  @Test("a zone gets its key when it is signed, keeps it over changes, and loses it when it is not")
  func life() throws {
    let directory = try TemporaryDirectory()
    let store = try ZoneStore.open(directory.file("zones"), check: Samples.anyCertificate).store
    func key() throws -> ZoneKey? {
      try store.configurationWithKeys(of: Samples.id(1))?.signingKeys?.onlyKey
    }
    try store.apply([.put(Self.signed(false))])
    #expect(try key() == nil)
    try store.apply([.patch(Samples.id(1), .object([("dnssec", .bool(true))]))])
    let first = try #require(try key())
    #expect(try store.configuration(of: Samples.id(1))?.signingKeys == nil)
    try store.apply([.put(Self.signed(weight: 2))])
    try store.apply([.patch(Samples.id(1), .object([("weight", .integer(3))]))])
    #expect(try key() == first)
    #expect(try store.apply([.put(Self.signed(weight: 3))]).changes.isEmpty)
    try store.apply([.patch(Samples.id(1), .object([("dnssec", .bool(false))]))])
    #expect(try key() == nil)
    try store.apply([.put(Self.signed())])
    #expect(try key() != first)
  }

  @Test("an export has the keys, so that a rebuilt store signs as before")
  func export() throws {
    let directory = try TemporaryDirectory()
    let store = try ZoneStore.open(directory.file("zones"), check: Samples.anyCertificate).store
    try store.apply([.put(Self.signed())])
    let key = try #require(try store.configurationWithKeys(of: Samples.id(1))?.signingKeys)
    try store.export(to: directory.file("export"))
    let other = try ZoneStore.open(directory.file("other"), check: Samples.anyCertificate).store
    try other.import(from: directory.file("export"))
    #expect(try other.configurationWithKeys(of: Samples.id(1))?.signingKeys == key)
  }

  @Test("records that signing makes are refused beside it")
  func conflict() {
    let records: [ConfigurationValue] = [("NS", "ns.example.net."), ("CDS", "0 0 0 00")].map {
      .object([("name", .string("@")), ("type", .string($0)), ("content", .string($1))])
    }
    var decoder = ConfigurationDecoder()
    let tree: ConfigurationValue = .object([
      ("name", .string("example.org")), ("origins", .array([.string("http://127.0.0.1:1")])),
      ("records", .array(records)), ("dnssec", .bool(true)),
    ])
    _ = ZoneConfiguration.decode(tree, &decoder) { _ in Samples.id(1) }
    #expect(decoder.faults.map(\.path) == ["dnssec"])
  }
}
