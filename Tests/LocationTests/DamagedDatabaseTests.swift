// Files that are no database, or not any more.

import Testing

@testable import Location

@Suite struct DamagedDatabaseTests {
  private static func writer() -> DatabaseWriter {
    var writer = DatabaseWriter()
    writer.add(192, 0, 2, 0, bits: 24, DatabaseWriter.country("DE"))
    writer.add(198, 51, 100, 0, bits: 24, DatabaseWriter.country("JP", continent: "AS"))
    return writer
  }

  /// What is said of a file; nil if it is taken.
  private static func fault(_ bytes: [UInt8]) -> LocationError? {
    do throws(LocationError) {
      _ = try LocationDatabase(bytes)
      return nil
    } catch { return error }
  }

  private static func repeated(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
    var all: [UInt8] = []
    for _ in 0..<count { all += bytes }
    return all
  }

  private static func text(_ bytes: [UInt8]) -> String { fault(bytes)?.description ?? "nothing" }

  @Test func `what is no database is told with what it seems to be`() {
    #expect(Self.text([]).contains("it is empty"))
    #expect(Self.text([0x1f, 0x8b, 8, 0]).contains("it is compressed. Unpack it"))
    #expect(Self.text(Array("network,geoname_id\n".utf8)).contains("Give a whole .mmdb file"))
  }

  @Test func `a database of something else is told by its type`() {
    var writer = DatabaseWriter()
    writer.type = "GeoLite2-ASN"
    writer.add(192, 0, 2, 0, bits: 24, .map([("autonomous_system_number", .uint32(64_496))]))
    #expect(Self.fault(writer.bytes) == .noCountries(type: "GeoLite2-ASN"))
    #expect(Self.text(writer.bytes).contains("\"GeoLite2-ASN\", whose records have no country"))
    #expect(Self.fault(DatabaseWriter().bytes) == .noCountries(type: "Test-Country"))
  }

  @Test func `a file that was cut short anywhere is refused`() {
    let bytes = Self.writer().bytes
    #expect(Self.fault(bytes) == nil)
    for count in 0..<bytes.count {
      #expect(Self.fault(Array(bytes[..<count])) != nil, "\(count) of \(bytes.count) bytes")
    }
  }

  @Test func `a file that lacks its beginning is refused`() {
    let bytes = Self.writer().bytes
    for count in [1, 6, 100, bytes.count / 2] {
      #expect(Self.fault(Array(bytes[count...])) != nil)
    }
  }

  @Test func `whatever a byte is changed to, the file is refused or can be looked up in`() {
    let bytes = Self.writer().bytes
    for index in bytes.indices {
      for value: UInt8 in [0, 1, 0x20, 0x3f, 0x7f, 0xe1, 0xff] {
        var changed = bytes
        changed[index] = value
        #expect(locationProperty(changed) == nil)
      }
    }
  }

  @Test func `metadata that lack something, or say something impossible, are refused`() {
    let changes: [(String, DatabaseWriter.Value?)] = [
      ("node_count", nil), ("node_count", .uint32(0)), ("node_count", .uint16(3)),
      ("node_count", .uint32(1_000_000)), ("record_size", nil), ("record_size", .uint16(25)),
      ("ip_version", .uint16(5)), ("ip_version", nil), ("database_type", nil),
      ("build_epoch", nil), ("languages", .text("en")), ("languages", nil),
      ("languages", .array([.text("en"), .uint16(1)])),
      ("description", .map([("en", .array([]))])),
      ("description", .text("x")), ("binary_format_major_version", .uint16(3)),
    ]
    for (key, value) in changes {
      var writer = Self.writer()
      writer.changes[key] = .some(value)
      #expect(Self.fault(writer.bytes) != nil, "\(key)")
    }
  }

  // libmaxminddb 1.7.1 ends the process at the first two of these, and takes all memory for pointers like
  // the third's that lead on and on.

  @Test func `a number of nodes whose bytes do not fit into 32 bits is refused`() {
    var writer = Self.writer()
    // Times six it is ten less than 2 to the power of 32, and with the separator begins again.
    writer.changes["node_count"] = .uint32(715_827_881)
    #expect(Self.text(writer.bytes).contains("does not fit into it"))
  }

  @Test func `values that lie within each other without end are refused`() {
    var writer = Self.writer()
    // An array of one array, and so on.
    let nested = Self.repeated([1, 4], 1_000_000)
    writer.add(203, 0, 113, 0, bits: 24, .raw([0xe1] + DatabaseWriter.encode(.text("a")) + nested))
    #expect(Self.text(writer.bytes).contains("too deep"))
    var metadata = Self.writer()
    metadata.changes["languages"] = .raw(Array(nested.prefix(100_000)))
    #expect(Self.text(metadata.bytes).contains("too deep"))
  }

  @Test func `metadata whose pointers multiply what they lead to are refused`() {
    var writer = Self.writer()
    // An array of two pointers to the metadata themselves.
    let pointer = DatabaseWriter.encode(DatabaseWriter.pointer(0))
    writer.changes["languages"] = .raw([2, 4] + pointer + pointer)
    #expect(Self.text(writer.bytes).contains("leads to more than a value"))
  }

  @Test func `records that overlap so that looking at all takes too long are refused`() {
    var writer = Self.writer()
    // Texts of four bytes, each of which is the beginning of an array of 3,000 of what follows.
    let start = writer.append(.raw(Self.repeated([0x44, 30, 4, 0x0a, 0x9b], 8192)))
    for index in 0..<1024 {
      let word = UInt64(10 << 24 | index)
      writer.addRaw(0, word, bits: 128, offset: start + 1 + index * 5)
    }
    #expect(Self.text(writer.bytes).contains("overlap too much"))
  }
}
