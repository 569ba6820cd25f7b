// Look-ups, in databases of every shape that is sold.

import Testing

@testable import Location

@Suite struct LocationDatabaseTests {
  /// The two words of an IPv4 address.
  private static func words(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) -> UInt64 {
    0xffff_0000_0000 | a << 24 | b << 16 | c << 8 | d
  }

  @Test(arguments: [24, 28, 32], [4, 6])
  func `an IPv4 address is found in databases of either version, with records of any size`(
    bits: Int, version: Int
  ) throws {
    var writer = DatabaseWriter()
    (writer.recordBits, writer.ipVersion) = (bits, version)
    writer.add(192, 0, 2, 0, bits: 24, DatabaseWriter.country("DE"))
    writer.add(192, 0, 2, 128, bits: 25, DatabaseWriter.country("fr"))
    writer.add(198, 51, 100, 7, bits: 32, DatabaseWriter.country("JP", continent: "AS"))
    let database = try LocationDatabase(writer.bytes)
    #expect(database.country(0, Self.words(192, 0, 2, 1)).description == "DE")
    #expect(database.country(0, Self.words(192, 0, 2, 200)).description == "FR")
    #expect(database.location(0, Self.words(198, 51, 100, 7)).continent == .asia)
    #expect(database.country(0, Self.words(198, 51, 100, 8)) == .unknown)
    #expect(database.type == "Test-Country" && database.builtAtSeconds == 1_750_000_000)
  }

  @Test func `an IPv6 address is found, and in a database of IPv4 it is unknown`() throws {
    var writer = DatabaseWriter()
    writer.add(0x2001_0db8_0000_0000, 0, bits: 32, DatabaseWriter.country("NZ", continent: "OC"))
    writer.add(192, 0, 2, 0, bits: 24, DatabaseWriter.country("DE"))
    let database = try LocationDatabase(writer.bytes)
    #expect(database.country(0x2001_0db8_1234_0000, 1).description == "NZ")
    #expect(database.country(0x2001_0db9_0000_0000, 1) == .unknown)
    writer = DatabaseWriter()
    writer.ipVersion = 4
    writer.add(192, 0, 2, 0, bits: 24, DatabaseWriter.country("DE"))
    #expect(try LocationDatabase(writer.bytes).country(0x2001_0db8_1234_0000, 1) == .unknown)
  }

  @Test func `an IPv4 address that is mapped into IPv6 is the IPv4 address`() throws {
    // The database says nothing of ::ffff:0:0/96, as some don't.
    var writer = DatabaseWriter()
    writer.add(192, 0, 2, 0, bits: 24, DatabaseWriter.country("DE"))
    let database = try LocationDatabase(writer.bytes)
    #expect(database.country(0, 0xffff_c000_0201).description == "DE")
    #expect(database.country(0, 0xfffe_c000_0201) == .unknown)
  }

  private typealias Shape = (DatabaseWriter.Value, country: String, continent: Continent?, UInt32?)

  @Test func `each way in which databases name the fields is understood`() throws {
    let shapes: [Shape] = [
      (DatabaseWriter.country("DE"), "DE", .europe, nil),
      // IPinfo Lite: the country's name is where others have its letters.
      (
        .map([
          ("asn", .text("AS15169")), ("country", .text("United States")),
          ("country_code", .text("US")), ("continent", .text("North America")),
          ("continent_code", .text("NA")),
        ]), "US", .northAmerica, 15_169
      ),
      (
        .map([("country", .text("JP")), ("continent", .text("AS")), ("asn", .text("AS-"))]),
        "JP", .asia, nil
      ),
      (
        .map([
          ("country", .map([("iso_code", .text("KE"))])),
          ("autonomous_system_number", .uint32(4_200_000_000)),
        ]), "KE", nil, 4_200_000_000
      ),
      (
        .map([
          ("country_code", .text("IS")), ("asn", .text("AS42949672960")),
        ]), "IS", nil, nil
      ),
    ]
    for (record, country, continent, system) in shapes {
      var writer = DatabaseWriter()
      writer.add(192, 0, 2, 0, bits: 24, record)
      let found = try LocationDatabase(writer.bytes).location(0, Self.words(192, 0, 2, 1))
      #expect(found.country.description == country)
      #expect(found.continent == continent)
      #expect(found.autonomousSystem == system)
    }
  }

  @Test func `a record without a country, or with no letters for it, is unknown`() throws {
    var writer = DatabaseWriter()
    writer.add(192, 0, 2, 0, bits: 24, DatabaseWriter.country("DE"))
    for (index, code) in ["", "D", "DEU", "D1", "é"].enumerated() {
      writer.add(198, 51, 100, UInt8(index), bits: 32, DatabaseWriter.country(code))
    }
    writer.add(203, 0, 113, 0, bits: 24, .map([("continent", .map([("code", .text("EU"))]))]))
    writer.add(203, 0, 114, 0, bits: 24, .text("DE"))
    let database = try LocationDatabase(writer.bytes)
    for index in 0..<UInt64(5) {
      #expect(database.country(0, Self.words(198, 51, 100, index)) == .unknown)
    }
    let found = database.location(0, Self.words(203, 0, 113, 1))
    #expect(found.country == .unknown && found.continent == .europe)
    #expect(database.country(0, Self.words(203, 0, 114, 1)) == .unknown)
    #expect(CountryCode.unknown.description == "XX")
  }

  @Test func `values that pointers share are found`() throws {
    var writer = DatabaseWriter()
    let country = writer.append(.map([("iso_code", .text("SE"))]))
    let key = writer.append(.text("country"))
    let record = DatabaseWriter.Value.raw(
      [0xe2] + DatabaseWriter.encode(.text("x")) + DatabaseWriter.encode(.array([.uint16(1)]))
        + DatabaseWriter.encode(DatabaseWriter.pointer(key))
        + DatabaseWriter.encode(DatabaseWriter.pointer(country)))
    writer.add(192, 0, 2, 0, bits: 24, record)
    let database = try LocationDatabase(writer.bytes)
    #expect(database.country(0, Self.words(192, 0, 2, 9)).description == "SE")
  }

  @Test func `every continent has the letters by which databases name it`() {
    for continent in Continent.allCases {
      #expect(Continent(Array(continent.rawValue.utf8).span) == continent)
    }
    #expect(Continent(Array("EUR".utf8).span) == nil && Continent(Array("XX".utf8).span) == nil)
  }
}
