// What a database says of itself.

/// The metadata of a database, read and checked before the library sees them.
struct DatabaseMetadata {
  /// Where the metadata are announced, which is where the data end.
  let markerOffset: Int
  let nodes: Int
  /// Bits of one of the two records of a node: 24, 28 or 32.
  let recordBits: Int

  private static let marker: [UInt8] = [0xab, 0xcd, 0xef] + Array("MaxMind.com".utf8)

  /// Bytes of a node.
  var nodeBytes: Int { recordBits / 4 }

  init(_ bytes: [UInt8]) throws(LocationError) {
    guard let end = Self.find(bytes) else { throw Self.foreign(bytes) }
    markerOffset = end - Self.marker.count
    let section = DataSection(bytes: bytes, range: end..<bytes.count)
    try Self.check(section)
    try Self.checkTexts("languages", .array, section)
    try Self.checkTexts("description", .map, section)
    let version = try Self.number("binary_format_major_version", .uint16, section)
    guard version == 2 else {
      throw .noDatabase("it has version \(version) of the format, and only 2 is known")
    }
    nodes = Int(try Self.number("node_count", .uint32, section))
    recordBits = Int(try Self.number("record_size", .uint16, section))
    guard [24, 28, 32].contains(recordBits) else {
      throw section.damage(0, "records of \(recordBits) bits are not known")
    }
    // A separator of 16 bytes follows the tree. The library adds this up in 32 bits.
    guard nodes > 0, nodes * nodeBytes + 16 <= markerOffset else {
      throw section.damage(0, "its tree of \(nodes) nodes does not fit into it")
    }
  }

  /// The byte after the last marker, which is the one that counts.
  private static func find(_ bytes: [UInt8]) -> Int? {
    var start = bytes.count - marker.count
    let first = max(0, bytes.count - LocationLimits.metadataBytes)
    while start >= first {
      if bytes[start] == marker[0], bytes[start..<start + marker.count].elementsEqual(marker) {
        return start + marker.count
      }
      start -= 1
    }
    return nil
  }

  /// All of it is a map that ends, and what its pointers lead to holds nothing more: the library follows
  /// them each time it meets one.
  private static func check(_ section: DataSection) throws(LocationError) {
    guard try section.value(at: 0).kind == .map else {
      throw section.damage(0, "the metadata are no map")
    }
    var walk = DataWalk()
    try walk.skip(section, from: 0) { target throws(LocationError) in
      switch try section.value(at: target).kind {
      case .pointer, .map, .array:
        throw section.damage(target, "a pointer within the metadata leads to more than a value")
      default: return
      }
    }
  }

  /// The value of a key of the map.
  private static func member(
    _ key: StaticString, _ kind: DataSection.Kind, _ section: DataSection
  ) throws(LocationError) -> DataSection.Value {
    let map = try section.value(at: 0)
    var offset = map.end
    for _ in 0..<map.number {
      let found = section.equals(try section.target(at: offset), key)
      let start = try section.value(at: offset).end
      if found {
        let value = try section.target(at: start)
        guard value.kind == kind else {
          throw section.damage(start, "\(key) has the wrong type")
        }
        return value
      }
      var walk = DataWalk()
      offset = try walk.skip(section, from: start) { _ in }
    }
    throw .noDatabase("its metadata lack \(key)")
  }

  private static func number(
    _ key: StaticString, _ kind: DataSection.Kind, _ section: DataSection
  ) throws(LocationError) -> UInt64 {
    section.number(try member(key, kind, section))
  }

  /// A list, or a map, holds texts alone: the library forgets to give memory back where it does not.
  private static func checkTexts(
    _ key: StaticString, _ kind: DataSection.Kind, _ section: DataSection
  ) throws(LocationError) {
    let list = try member(key, kind, section)
    var offset = list.end
    for _ in 0..<(kind == .map ? 2 * list.number : list.number) {
      guard try section.target(at: offset).kind == .text else {
        throw section.damage(offset, "\(key) holds more than texts")
      }
      offset = try section.value(at: offset).end
    }
  }

  /// What a file is that has no metadata.
  private static func foreign(_ bytes: [UInt8]) -> LocationError {
    if bytes.isEmpty { return .noDatabase("it is empty") }
    if bytes.starts(with: [0x1f, 0x8b]) || bytes.starts(with: Array("PK".utf8)) {
      return .noDatabase("it is compressed. Unpack it, and give the .mmdb file")
    }
    return .noDatabase("the metadata at its end are missing. Give a whole .mmdb file")
  }
}
