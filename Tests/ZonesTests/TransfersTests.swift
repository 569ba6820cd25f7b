// What a store keeps for servers that have copies of zones.

import ConfigurationTree
import DNS
import NameService
import Origin
import Primitives
import Runtime
import Storage
import Testing

@testable import Zones

@Suite("Transfers of zones") struct TransfersTests {
  let directory: TemporaryDirectory
  let store: ZoneStore

  init() throws {
    directory = try TemporaryDirectory()
    store = try ZoneStore.open(directory.file("zones"), check: Samples.anyCertificate).store
  }

  /// A zone with so many names, of which some are unlike those of other versions.
  private func zone(
    _ version: Int, names: Int = 3, label: String = "n", serial: Int? = nil,
    _ transfers: TransferConfiguration? = nil
  ) throws -> ZoneConfiguration {
    var zone = ZoneConfiguration(
      id: Samples.id(1), name: "example.org", hostnames: [Hostname(name: "example.org")],
      origins: [OriginConfiguration(scheme: .http, host: "127.0.0.1")])
    func record(_ name: String, _ type: String, _ content: String) -> ConfigurationValue {
      .object([("name", .string(name)), ("type", .string(type)), ("content", .string(content))])
    }
    var records = [record("@", "NS", "ns.example.net.")]
    if let serial { records.append(record("@", "SOA", "ns.example.net. a. \(serial) 1 1 1 1")) }
    for number in 0..<names {
      records.append(record("\(label)\(number)", "A", "192.0.2.\(number % 200)"))
    }
    records.append(record("v\(version)", "TXT", "text"))
    var decoder = ConfigurationDecoder()
    let tree = ConfigurationValue.object([("records", .array(records))])
    let found = decoder.object(tree, keys: ["records"])
    let object = try #require(found)
    zone.records = ZoneImage.decode(in: object, zone: "example.org", &decoder)
    zone.transfers = transfers ?? Samples.transfers
    return zone
  }

  private func serial() throws -> SerialNumber {
    try #require(try store.configuration(of: Samples.id(1))?.records).serial
  }

  private func differences(from old: UInt32) throws -> Int? {
    try store.differences(of: Samples.id(1), from: SerialNumber(old), to: try serial())?.bytes.count
  }

  @Test("secrets stay when they are not given, are asked for when they are new, and are not shown")
  func secrets() throws {
    func secret() throws -> [UInt8]? {
      try store.configurationWithKeys(of: Samples.id(1))?.transfers.tsigKeys.first?.secret
    }
    try store.apply([.put(try zone(1))])
    #expect(try secret() == Array(repeating: 7, count: 48))
    #expect(
      try store.configuration(of: Samples.id(1))?.transfers == Samples.transfers.withoutSecrets)
    #expect(try store.apply([.put(try zone(1, Samples.transfers.withoutSecrets))]).changes.isEmpty)
    #expect(try secret() == Array(repeating: 7, count: 48))
    var other = Samples.transfers
    other.tsigKeys = [Samples.secretKey("transfer.example", fill: 8)].compactMap { $0 }
    try store.apply([.put(try zone(1, other))])
    #expect(try secret() == Array(repeating: 8, count: 48))
    other.tsigKeys.append(try #require(Samples.secretKey("new.example")))
    #expect(throws: ZoneStoreError.self) {
      try store.apply([.put(try zone(1, other.withoutSecrets))])
    }
    do { try store.apply([.put(try zone(1, other.withoutSecrets))]) } catch ZoneStoreError.invalid(
      let faults)
    {
      #expect(faults.map(\.path) == ["transfers.tsigKeys[1].secret"])
    }
    let shown = try #require(try store.configuration(of: Samples.id(1))).tree()
    #expect(!"\(shown)".contains("secret"))
  }

  @Test("the serial number rises with every change of the records, and with no other")
  func serials() throws {
    try store.apply([.put(try zone(1))])
    #expect(try serial() == SerialNumber(1))
    var zone = try zone(1)
    zone.weight = 3
    try store.apply([.put(zone)])
    #expect(try serial() == SerialNumber(1))
    try store.apply([.put(try self.zone(2))])
    #expect(try serial() == SerialNumber(3))
    // A number that is given and later stays; one that is not does not.
    try store.apply([.put(try self.zone(3, serial: 2_000_000_000))])
    #expect(try serial() == SerialNumber(2_000_000_000))
    #expect(try store.apply([.put(try self.zone(3, serial: 2_000_000_000))]).changes.isEmpty)
    try store.apply([.put(try self.zone(4, serial: 2_000_000_000))])
    #expect(try serial() == SerialNumber(2_000_000_001))
    #expect(try store.apply([.put(try self.zone(4, serial: 2_000_000_000))]).changes.isEmpty)
    #expect(try store.plan([try self.zone(4, serial: 2_000_000_000)], prunes: false).isEmpty)
    #expect(!(try store.plan([try self.zone(4, serial: 2_000_000_002)], prunes: false).isEmpty))
    try store.apply([.put(try self.zone(5))])
    #expect(try serial() == SerialNumber(2_000_000_002))
    try store.apply([.renewSerial(Samples.id(1))])
    #expect(try serial() == SerialNumber(2_000_000_003))
    // A zone that is signed, or no more, is another one for who has it.
    zone = try self.zone(5)
    zone.isSigned = true
    try store.apply([.put(zone)])
    #expect(try serial() == SerialNumber(2_000_000_004))
  }

  @Test("the serial number does not go back when the records, or the zone, go and come again")
  func returning() throws {
    try store.apply([.put(try zone(1, serial: 2_000_000_000))])
    var bare = try zone(1)
    bare.records = nil
    try store.apply([.put(bare)])
    try store.apply([.put(try zone(2, serial: 5))])
    #expect(try serial() == SerialNumber(2_000_000_001))
    try store.apply([.put(try zone(2, serial: 2_000_000_050))])
    #expect(try serial() == SerialNumber(2_000_000_050))
    try store.apply([.remove(Samples.id(1))])
    try store.apply([.put(try zone(2))])
    #expect(try serial() == SerialNumber(2_000_000_051))
    // A later one that is given is taken.
    try store.apply([.remove(Samples.id(1))])
    try store.apply([.put(try zone(2, serial: 2_000_000_099))])
    #expect(try serial() == SerialNumber(2_000_000_099))
    try store.apply([.put(try zone(3, serial: 2_000_000_099))])
    #expect(try serial() == SerialNumber(2_000_000_100))
  }

  @Test("serial numbers of names that went are kept of the last ones only") func forgotten() throws
  {
    let environment = try StorageEnvironment(
      directory.file("few"), StorageConfiguration(tables: ZoneStore.Tables.names))
    let store = ZoneStore(environment, Samples.anyCertificate, lostSerialLimit: 2)
    defer { store.close() }
    func zone(_ number: Int) -> ZoneConfiguration {
      var zone = ZoneConfiguration(
        id: Samples.id(number), name: "z\(number).test",
        hostnames: [Hostname(name: "z\(number).test")],
        origins: [OriginConfiguration(scheme: .http, host: "127.0.0.1")])
      zone.records = Samples.records("z\(number).test")
      zone.transfers = Samples.transfers
      return zone
    }
    func kept() throws -> [Int] {
      try (1...9).filter { number in
        try environment.read { (state) throws(StorageError) in
          try state.value(at: ZoneKeys.serial("z\(number).test").span, in: store.tables.meta) != nil
        }
      }
    }
    func replace(_ number: Int) throws {
      try store.apply([.put(zone(number))])
      try store.apply([.remove(Samples.id(number))])
    }
    var all: [[Int]] = []
    for number in [1, 2, 1, 3, 4, 4, 5] {
      try replace(number)
      all.append(try kept())
    }
    #expect(all == [[1], [1, 2], [1, 2], [1, 3], [3, 4], [3, 4], [4, 5]])
    // One that comes again needs none, and leaves its place.
    try store.apply([.put(zone(4))])
    #expect(try kept() == [5])
    try replace(6)
    #expect(try kept() == [5, 6])
    // Those of an earlier version had no order: they stay until their names come again.
    try environment.write { (change) throws(StorageError) in
      try change.put(ZoneKeys.key(7), at: ZoneKeys.serial("z7.test"), in: store.tables.meta)
    }
    try replace(8)
    #expect(try kept() == [6, 7, 8])
    try store.apply([.put(zone(7))])
    #expect(try kept() == [6, 8])
  }

  @Test("differences lead from any serial number that is known to the last one")
  func journal() throws {
    for version in 1...5 { try store.apply([.put(try zone(version))]) }
    let lengths = try (1...5).map { try differences(from: UInt32($0)) }
    #expect(lengths[4] == nil && lengths[3] == lengths[0].map { $0 / 4 } && lengths[3] != nil)
    #expect(try differences(from: 0) == nil && differences(from: 6) == nil)
    // They outlive a restart.
    store.close()
    let again = try ZoneStore.open(directory.file("zones"), check: Samples.anyCertificate).store
    #expect(
      try again.differences(of: Samples.id(1), from: SerialNumber(2), to: SerialNumber(5))?.bytes
        .count
        == lengths[1])
    // Who may not have the zone has no use for them, and a signed one changes by itself.
    var signed = try zone(6)
    signed.isSigned = true
    try again.apply([.put(signed)])
    #expect(
      try again.differences(of: Samples.id(1), from: SerialNumber(5), to: SerialNumber(6)) == nil)
    again.close()
  }

  @Test("differences are bounded by their number and by their bytes, the oldest go first")
  func bounds() throws {
    let count = UInt32(NameServiceLimits.journalDifferences)
    for version in 1...(count + 5) { try store.apply([.put(try zone(Int(version), names: 1_000))]) }
    #expect(try differences(from: 4) == nil)
    #expect(try differences(from: 5) != nil)
    // A change that is longer than the zone is not kept: all of it is sent instead, also from before.
    try store.apply([.put(try zone(0, names: 1_000, label: "m"))])
    #expect(try differences(from: count + 5) == nil)
    try store.apply([.put(try zone(1, names: 1_000, label: "m"))])
    #expect(try differences(from: count + 6) != nil)
    #expect(try differences(from: count + 5) == nil)
    // In a small zone there is room for fewer than the number allows.
    let first = count + 8
    for version in 0...count { try store.apply([.put(try zone(Int(version), names: 1))]) }
    #expect(try differences(from: first) == nil)
    #expect(try differences(from: first + count - 1) != nil)
    try store.apply([.put(try zone(Int(count), names: 1, TransferConfiguration()))])
    #expect(try differences(from: first + count - 1) == nil)
  }

  @Test("zones with secondaries are known with the last change that these see") func told() throws {
    func told() throws -> [UInt64] {
      try store.copiedZones(after: nil, limit: 9).filter(\.isTold).map(\.sequence)
    }
    try store.apply([.put(try zone(1))])
    #expect(try told() == [1])
    var zone = try zone(1)
    zone.weight = 3
    try store.apply([.put(zone)])
    #expect(try told() == [1])
    try store.apply([.put(try self.zone(2))])
    #expect(try told() == [3] && store.copiedZone(Samples.id(1))?.name == "example.org")
    zone = try self.zone(2)
    zone.transfers.secondaries.removeLast()
    try store.apply([.put(zone)])
    #expect(try told() == [4])
    #expect(try store.copiedZones(after: Samples.id(1), limit: 9).isEmpty)
    zone.transfers.secondaries = []
    try store.apply([.put(zone)])
    // Who is allowed to fetch it is not told, and may have it still.
    #expect(try told() == [] && store.copiedZone(Samples.id(1)) != nil)
    zone.transfers = TransferConfiguration()
    try store.apply([.put(zone)])
    #expect(try store.copiedZone(Samples.id(1)) == nil)
    try store.apply([.put(try self.zone(3))])
    try store.apply([.remove(Samples.id(1))])
    #expect(try told() == [])
  }

  @Test("every fault of transfers is told with its place") func faults() throws {
    func faults(_ transfers: ConfigurationValue) -> [String] {
      var decoder = ConfigurationDecoder()
      _ = TransferConfiguration(transfers, &decoder)
      return decoder.faults.map(\.path)
    }
    func object(_ members: (String, String)...) -> ConfigurationValue {
      .object(members.map { ($0.0, .string($0.1)) })
    }
    let key = object(("name", "a.example"), ("secret", "AAECAwQFBgcICQoLDA0ODw=="))
    #expect(faults(.object([("tsigKeys", .array([key]))])) == [])
    #expect(
      faults(
        .object([
          ("tsigKeys", .array([key])),
          ("secondaries", .array([object(("address", "::1"), ("tsigKey", "b"))])),
        ])) == ["secondaries[0].tsigKey"])
    #expect(
      faults(
        .object([
          (
            "secondaries",
            .array([
              object(("address", "192.0.2.1"), ("tsigKey", "A.Example.")),
              object(("address", "a name")), object(("address", "::1"), ("tsigKey", "b")), object(),
            ])
          ),
          (
            "allow",
            .array([
              object(("network", "192.0.2.1/24")), object(), object(("tsigKey", "a.example")),
              object(("network", "::/0")), object(("network", "1.2.3.4/33")),
            ])
          ),
          (
            "tsigKeys",
            .array([
              key, key, object(("name", "b..c")), object(("name", "c"), ("algorithm", "hmac-md5")),
              object(("name", "d"), ("secret", "short")),
            ])
          ),
        ])) == [
          "tsigKeys[1]", "tsigKeys[2].name", "tsigKeys[3].algorithm", "tsigKeys[4].secret",
          "secondaries[1].address", "secondaries[3].address",
          "allow[0].network", "allow[1]", "allow[4].network",
        ])
  }

  @Test("secondaries are hosts, each given once, and secrets are long enough") func hosts() throws {
    func faults(_ transfers: ConfigurationValue) -> [String] {
      var decoder = ConfigurationDecoder()
      _ = TransferConfiguration(transfers, &decoder)
      return decoder.faults.map(\.path)
    }
    let addresses = [
      "192.0.2.1", "192.0.2.1:53", "192.0.2.1:54", "224.0.0.1", "255.255.255.255", "0.0.0.0", "::",
      "ff02::1", "2001:db8::1", "[2001:db8::1]:53", "::ffff:192.0.2.1",
    ]
    let secondaries = addresses.map { ConfigurationValue.object([("address", .string($0))]) }
    #expect(
      faults(.object([("secondaries", .array(secondaries))]))
        == [1, 3, 4, 5, 6, 7, 9, 10].map { "secondaries[\($0)].address" })
    func key(_ name: String, _ secret: String) -> ConfigurationValue {
      .object([("name", .string(name)), ("secret", .string(secret))])
    }
    let long = String(repeating: "k", count: 63)
    #expect(
      faults(
        .object([
          (
            "tsigKeys",
            .array([
              key("a", "AAECAwQFBgcICQoLDA0O"), key("b", "AAECAwQFBgcICQoLDA0ODw=="),
              key(long, "AAECAwQFBgcICQoLDA0ODw=="),
            ])
          )
        ])) == ["tsigKeys[0].secret", "tsigKeys[2].name"])
  }

  @Test("addresses are allowed by their networks and keys") func access() throws {
    let transfers = Samples.transfers
    let key = TSIGKey.name("transfer.example")
    func allows(_ host: String, _ key: DomainName? = nil) throws -> Bool {
      transfers.allows(try #require(SocketAddress(host: host, port: 4_000)), key: key)
    }
    #expect(try allows("192.0.2.53") && !allows("192.0.2.54") && allows("198.51.100.255"))
    #expect(try !allows("198.51.101.0") && allows("198.51.101.0", key))
    #expect(try !allows("2001:db8::1") && allows("2001:db8::1", key))
    #expect(try !allows("10.0.0.1", TSIGKey.name("other.example")))
    for text in ["192.0.2.0/24", "2001:db8::/32", "::/0", "0.0.0.0/0", "192.0.2.1", "::1"] {
      #expect(AddressRange(text)?.description == text)
    }
  }
}
