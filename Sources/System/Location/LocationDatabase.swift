// A database of where addresses are used.

import CMaxMindDB

/// A database in MaxMind DB format 2.0, with countries at least.
///
/// It lives in memory of its own, not in a mapping of the file: one who writes over a file that is mapped,
/// or cuts it short, would end the process (SIGBUS). Immutable and of any thread; look-ups allocate
/// nothing.
@safe package final class LocationDatabase: @unchecked Sendable {
  // Immutable after `init`; the library only reads.
  private let native: UnsafeMutablePointer<MMDB_s>
  /// What the database says it is: `GeoLite2-Country`.
  package let type: String
  /// When it was made, in seconds since 1970.
  package let builtAtSeconds: UInt64
  /// The memory that it takes, in bytes.
  package let byteCount: Int
  private let fields: Fields

  /// Which fields its records have, of the names that databases use.
  private struct Fields {
    var country: Int?
    var continent: Int?
    var system: Int?
  }

  /// A database with the content of a file.
  package init(_ bytes: [UInt8]) throws(LocationError) {
    guard bytes.count <= LocationLimits.databaseBytes else {
      throw .noDatabase("it has more than \(LocationLimits.databaseBytes >> 20) MiB")
    }
    let check = try DatabaseCheck(bytes)
    let native = UnsafeMutablePointer<MMDB_s>.allocate(capacity: 1)
    // Safe: the library copies the bytes, and writes the structure that it is given.
    let code = unsafe bytes.withUnsafeBytes {
      unsafe skerry_location_open($0.baseAddress, $0.count, native)
    }
    guard code == 0 else {
      unsafe native.deallocate()
      throw code < 0
        ? .system(-code) : .noDatabase("its metadata are incomplete (libmaxminddb error \(code))")
    }
    unsafe self.native = native
    // Safe: a database that is open has metadata, whose text ends with a NUL.
    unsafe type = String(cString: native.pointee.metadata.database_type)
    unsafe builtAtSeconds = native.pointee.metadata.build_epoch
    byteCount = bytes.count
    unsafe fields = Self.fields(native, check.records)
    // From here on `deinit` closes it.
    guard fields.country != nil else { throw .noCountries(type: type) }
  }

  deinit {
    unsafe skerry_location_close(native)
    unsafe native.deallocate()
  }

  /// The country of an IPv6 address, or of an IPv4 one as `::ffff:a.b.c.d`.
  package func country(_ high: UInt64, _ low: UInt64) -> CountryCode {
    guard let record = record(high, low) else { return .unknown }
    return unsafe Self.country(native, record, fields.country) ?? .unknown
  }

  /// All that is known of such an address.
  package func location(_ high: UInt64, _ low: UInt64) -> Location {
    var location = Location()
    guard let record = record(high, low) else { return location }
    location.country = unsafe Self.country(native, record, fields.country) ?? .unknown
    location.continent = unsafe Self.continent(native, record, fields.continent)
    location.autonomousSystem = unsafe Self.system(native, record, fields.system)
    return location
  }

  private func record(_ high: UInt64, _ low: UInt64) -> UInt32? {
    var record: UInt32 = 0
    // Safe: the database is open as long as this object lives.
    return unsafe skerry_location_find(native, high, low, &record) ? record : nil
  }

  // MARK: - Records

  private static let countries = [
    SKERRY_LOCATION_COUNTRY, SKERRY_LOCATION_COUNTRY_FLAT, SKERRY_LOCATION_COUNTRY_SHORT,
  ].map { Int($0) }
  private static let continents = [
    SKERRY_LOCATION_CONTINENT, SKERRY_LOCATION_CONTINENT_FLAT, SKERRY_LOCATION_CONTINENT_SHORT,
  ].map { Int($0) }
  private static let systems = [
    SKERRY_LOCATION_SYSTEM, SKERRY_LOCATION_SYSTEM_SHORT,
  ].map { Int($0) }

  /// Finds out by some records which fields they have.
  private static func fields(
    _ native: UnsafePointer<MMDB_s>, _ records: [UInt32]
  ) -> Fields {
    var fields = Fields()
    for record in records {
      if fields.country == nil {
        fields.country = countries.first { unsafe country(native, record, $0) != nil }
      }
      if fields.continent == nil {
        fields.continent = continents.first { unsafe continent(native, record, $0) != nil }
      }
      if fields.system == nil {
        fields.system = systems.first { unsafe system(native, record, $0) != nil }
      }
      if fields.country != nil && fields.continent != nil && fields.system != nil { break }
    }
    return fields
  }

  private static func country(
    _ native: UnsafePointer<MMDB_s>, _ record: UInt32, _ field: Int?
  ) -> CountryCode? {
    guard let field else { return nil }
    return unsafe withText(native, record, field) { CountryCode($0) }
  }

  private static func continent(
    _ native: UnsafePointer<MMDB_s>, _ record: UInt32, _ field: Int?
  ) -> Continent? {
    guard let field else { return nil }
    return unsafe withText(native, record, field) { Continent($0) }
  }

  /// A number, or `AS` and a number.
  private static func system(
    _ native: UnsafePointer<MMDB_s>, _ record: UInt32, _ field: Int?
  ) -> UInt32? {
    guard let field else { return nil }
    var number: UInt32 = 0
    if unsafe skerry_location_number(native, record, Int32(field), &number) { return number }
    return unsafe withText(native, record, field) { text in
      guard text.count > 2, text[0] == 0x41, text[1] == 0x53 else { return nil }
      return Self.number(text.extracting(2..<text.count))
    }
  }

  private static func number(_ digits: Span<UInt8>) -> UInt32? {
    var number: UInt64 = 0
    for index in 0..<digits.count {
      guard digits[index] >= 0x30, digits[index] <= 0x39 else { return nil }
      number = number * 10 + UInt64(digits[index] - 0x30)
      guard number <= UInt64(UInt32.max) else { return nil }
    }
    return UInt32(number)
  }

  /// Lends the text of a field; nil if the record has none there, or `body` wants none of it.
  private static func withText<Result>(
    _ native: UnsafePointer<MMDB_s>, _ record: UInt32, _ field: Int,
    _ body: (Span<UInt8>) -> Result?
  ) -> Result? {
    var text: UnsafePointer<UInt8>?
    var count = 0
    guard unsafe skerry_location_text(native, record, Int32(field), &text, &count),
      let text = unsafe text
    else { return nil }
    // Safe: the text lies in the database, which is open during the call.
    return unsafe body(Span(_unsafeStart: text, count: count))
  }
}
