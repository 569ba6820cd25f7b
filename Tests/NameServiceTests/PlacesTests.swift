// Record sets that depend on where the client is.

import ConfigurationTree
import DNS
import Location
import Primitives
import Runtime
import Testing

@testable import NameService

@Suite("Places", .serialized)
struct PlacesTests {
  private static func decode(
    _ records: [[(String, ConfigurationValue)]]
  ) -> (image: ZoneImage?, faults: [String]) {
    var decoder = ConfigurationDecoder()
    let list = [record("@", "NS", "ns.elsewhere.")] + records
    let tree = ConfigurationValue.object([("records", .array(list.map { .object($0) }))])
    guard let object = decoder.object(tree, keys: ["records"]) else { return (nil, []) }
    let image = ZoneImage.decode(in: object, zone: "z.test", &decoder)
    return (image, decoder.faults.map { "\($0.path) \($0.problem)" })
  }

  private static func record(
    _ name: String, _ type: String, _ content: String, countries: [String] = [],
    continents: [String] = [], asns: [Int] = []
  ) -> [(String, ConfigurationValue)] {
    var members: [(String, ConfigurationValue)] = [
      ("name", .string(name)), ("type", .string(type)), ("content", .string(content)),
    ]
    if !countries.isEmpty { members.append(("countries", .array(countries.map { .string($0) }))) }
    if !continents.isEmpty {
      members.append(("continents", .array(continents.map { .string($0) })))
    }
    if !asns.isEmpty { members.append(("asns", .array(asns.map { .integer($0) }))) }
    return members
  }

  private static let records = [
    record("www", "A", "192.0.2.1"),
    record("www", "A", "192.0.2.2", continents: ["EU", "AF"]),
    record("www", "A", "192.0.2.3", countries: ["DE", "fr"]),
    record("www", "A", "192.0.2.33", countries: ["FR", "DE"]),
    record("www", "A", "192.0.2.4", asns: [64_500]),
    record("www", "TXT", "same"),
    record("cdn", "CNAME", "all.elsewhere."),
    record("cdn", "CNAME", "www", continents: ["EU"]),
  ]

  private static func location(
    _ country: String, _ continent: Continent?, _ system: UInt32? = nil
  ) throws -> Location {
    var location = Location()
    let letters = Array(country.utf8)
    let code = CountryCode(letters.span)
    location.country = try #require(code)
    location.continent = continent
    location.autonomousSystem = system
    return location
  }

  @Test("a network goes before a country, that before a continent, and others have the rest")
  func choice() throws {
    let image = try #require(Self.decode(Self.records).image)
    let reader = ImageReader(image.bytes.span)
    var name = CanonicalName()
    let wire = Messages.wire("www.z.test")
    _ = try name.read(wire.span, at: 0)
    let node = reader.locate(name).node
    let cases: [(Location, [UInt8]?)] = [
      (try Self.location("DE", .europe, 64_500), [4]),
      (try Self.location("FR", .europe), [3, 33]), (try Self.location("IT", .europe), [2]),
      (try Self.location("EG", .africa), [2]), (try Self.location("JP", .asia), nil),
      (Location(), nil),
    ]
    for (location, last) in cases {
      let set = reader.placedSet(.a, of: node, at: location)
      let contents = set.map { Array(image.bytes[$0.contents]) }
      let addresses = contents.map { run in
        stride(from: 5, to: run.count, by: 6).map { run[$0] }
      }
      #expect(addresses == last, "\(location)")
    }
    #expect(reader.hasPlaces(.a, of: node) && !reader.hasPlaces(.txt, of: node))
  }

  @Test("records with places come back as they were given, and their order does not matter")
  func roundTrip() throws {
    let image = try #require(Self.decode(Self.records).image)
    var decoder = ConfigurationDecoder()
    let decoded = decoder.object(.object([("records", image.tree)]), keys: ["records"])
    let object = try #require(decoded)
    #expect(ZoneImage.decode(in: object, zone: "z.test", &decoder) == image)
    #expect(Self.decode(Self.records.reversed()).image == image)
    #expect(ZoneImage(image.bytes) == image)
    let germans = image.configuredRecords.filter { $0.traits.places.countries.count == 2 }
    #expect(germans.count == 2 && image.recordCount == 10)
  }

  @Test("what is wrong with places is told") func faults() {
    let all = Self.record("x", "A", "192.0.2.1")
    let cases: [([[(String, ConfigurationValue)]], String)] = [
      (
        [Self.record("x", "A", "192.0.2.1", countries: ["DE"])],
        "records[1] is A for some places, and there is none for all others"
      ),
      (
        [
          all, Self.record("x", "A", "192.0.2.2", countries: ["DE", "FR"]),
          Self.record("x", "A", "192.0.2.3", countries: ["DE"]),
        ], "records[3] is for DE, which another set of the same name and type is for, too"
      ),
      (
        [Self.record("x", "NS", "ns", countries: ["DE"])],
        "records[1] is NS for some places, and has to be the same everywhere"
      ),
      (
        [Self.record("@", "CNAME", "a.elsewhere.", countries: ["DE"])],
        "records[1] is CNAME for some places, and has to be the same everywhere"
      ),
    ]
    for (records, fault) in cases { #expect(Self.decode(records).faults == [fault]) }
    let broken = Self.record("x", "A", "192.0.2.1", countries: ["Germany"], continents: ["EUR"])
    #expect(
      Self.decode([all, broken]).faults.map { $0.prefix { $0 != " " } } == [
        "records[2].countries[0]", "records[2].continents[0]",
      ])
  }

  @Test("an image with broken places is none") func soundness() throws {
    let image = try #require(
      Self.decode([
        Self.record("x", "A", "192.0.2.1"),
        Self.record("x", "A", "192.0.2.2", countries: ["DE"], asns: [7]),
      ]).image)
    // Places of one country and one system, and one address.
    let start = image.bytes.count - (5 + 6 + 5 + 2 + 4 + 6)
    for (place, value) in [(start + 12, 200), (start + 14, 200), (start + 23, 9)] {
      var bytes = image.bytes
      #expect(bytes[place] != value)
      bytes[place] = UInt8(value)
      #expect(ZoneImage(bytes) == nil, "\(place - start)")
    }
  }

  /// The client subnet option of a query.
  private static func subnet(_ family: Int, _ bits: Int, _ address: [UInt8]) -> [UInt8] {
    let content = Messages.word(family) + [UInt8(bits), 0] + address
    return Messages.word(8) + Messages.word(content.count) + content
  }

  @Test("a subnet is answered with how much of it mattered, and only where places are")
  func clientSubnet() async throws {
    let image = try #require(Self.decode(Self.records).image)
    let options = Self.subnet(1, 24, [192, 0, 2])
    let outcome = await SharedRuntime.run { lane -> [String] in
      guard let test = ServerTest(lane) else { return ["no sockets"] }
      defer { test.close() }
      let snapshot = NameZoneSnapshot(id: ZoneID(high: 0, low: 78), image: image, epoch: 1)
      test.server.activate(snapshot, Lane(loop: lane.loop, name: "tenant"))
      var said: [String] = []
      for (name, type) in [("www.z.test", RecordType.a), ("www.z1.test", .a)] {
        test.send(Messages.query(name, type, payload: 1_232, options: options))
        let replies = await test.replies(1)
        said.append("\(replies[0].opt?.content ?? []) \(replies[0].sections[0].count)")
      }
      // Bits beyond the prefix.
      test.send(
        Messages.query(
          "www.z.test", .a, payload: 1_232, options: Self.subnet(1, 23, [192, 0, 3])))
      said.append("\(await test.replies(1)[0].code)")
      return said
    }
    // Nobody knows where clients are here: it is the same for all.
    #expect(outcome == ["[0, 8, 0, 7, 0, 1, 24, 0, 192, 0, 2] 1", "[] 1", "1"])
  }

  @Test("a client is where its subnet is, or where it is itself if it tells none")
  func clients() throws {
    let peer = SocketAddress(ipv4: 198, 51, 100, 7, port: 53)
    func place(_ options: [UInt8]) throws -> (ClientPlace, UInt8) {
      var query = DNSQuery()
      let message = Messages.query("a.test", .a, payload: 1_232, options: options)
      try query.read(message.span)
      let place = ClientPlace(query, peer)
      return (place, place.scopeBits)
    }
    for options in [
      [], Self.subnet(1, 0, []), Self.subnet(1, 24, [192, 0, 2]),
      Self.subnet(2, 56, [0x20, 1, 0xd, 0xb8, 0, 0, 0]),
    ] { #expect(try place(options).1 == 0) }
    var query = DNSQuery()
    let message = Messages.query(
      "a.test", .a, payload: 1_232, options: Self.subnet(1, 24, [192, 0, 2]))
    try query.read(message.span)
    let words = try #require(query.edns?.clientSubnet?.words)
    #expect(words.high == 0 && words.low == 0xffff_c000_0200)
  }

  @Test("as many sets and networks as there may be are all found, and one too many is told")
  func manyPlaces() throws {
    let (sets, networks) = (NameServiceLimits.chosenSetsPerName, NameServiceLimits.systemsPerRecord)
    func record(_ set: Int, _ systems: [Int]) throws -> (ZoneRecord, RecordTraits) {
      (
        TestAnswers.record("w.z.test", .a, [10, 0, UInt8(set >> 8), UInt8(set & 255)]),
        RecordTraits(places: RecordPlaces(systems: systems.map { UInt32($0) }))
      )
    }
    var given = try (0..<sets).map { set in
      try record(set, (0..<networks).map { 1 + $0 * sets + set }.shuffled())
    }
    func compile() throws -> Result<ZoneImage, RecordFaults> {
      let records = [
        TestAnswers.record("z.test", .ns, "ns.elsewhere"),
        TestAnswers.record("w.z.test", .a, [192, 0, 2, 1]),
      ]
      return ZoneCompiler.compile(
        apex: try DomainName(wire: Messages.wire("z.test").span),
        records: records + given.map(\.0),
        traits: Dictionary(uniqueKeysWithValues: given.enumerated().map { ($0 + 2, $1.1) }))
    }
    let image = try compile().get()
    #expect(ZoneImage(image.bytes) == image)
    let reader = ImageReader(image.bytes.span)
    var name = CanonicalName()
    let wire = Messages.wire("w.z.test")
    _ = try name.read(wire.span, at: 0)
    let node = reader.locate(name).node
    for system in [1, 2, sets, sets + 1, 7_777, sets * networks] {
      let found = reader.placedSet(.a, of: node, at: try Self.location("DE", nil, UInt32(system)))
      let last = found.map { Array(image.bytes[$0.contents].suffix(2)) }
      let set = (system - 1) % sets
      #expect(last == [UInt8(set >> 8), UInt8(set & 255)], "\(system)")
    }
    for system in [UInt32(sets * networks + 1), .max] {
      let found = reader.placedSet(.a, of: node, at: try Self.location("DE", nil, system))
      #expect(found == nil)
    }
    given[sets - 1] = try record(sets - 1, [sets * networks, 5])
    guard case .failure(let twice) = try compile() else {
      Issue.record("accepted")
      return
    }
    #expect(
      twice.faults.map(\.problem) == [
        "is for AS5, which another set of the same name and type is for, too"
      ])
    given[sets - 1] = try record(sets - 1, [sets * networks])
    given.append(try record(sets, [sets * networks + 1]))
    guard case .failure(let many) = try compile() else {
      Issue.record("accepted")
      return
    }
    #expect(many.faults.count == 1)
  }

  @Test("an image whose places do not ascend is none") func order() throws {
    let image = try #require(
      Self.decode([
        Self.record("x", "A", "192.0.2.1"),
        Self.record("x", "A", "192.0.2.2", countries: ["DE", "FR"], asns: [7, 9]),
      ]).image)
    let start = image.bytes.count - (4 * 2 + 2 + 4)
    for (place, other) in [(start - 4, start - 2), (start, start + 4)] {
      var bytes = image.bytes
      let length = other - place
      bytes.replaceSubrange(
        place..<(place + 2 * length),
        with: image.bytes[other..<(other + length)] + image.bytes[place..<other])
      #expect(bytes != image.bytes && ZoneImage(bytes) == nil)
    }
  }
}
