// All zones in one file, to rebuild the store from.

import Primitives
import Storage

/// The file of an export: a mark, sequence and count; each zone with its identity, record and
/// keys; CRC-32C over everything at the end. Numbers are big-endian.
enum ZoneExport {
  static let mark = Array("skerry zones 1\n".utf8)
  static let headerBytes = mark.count + 16
  private static let noKeys = UInt64.max

  /// A zone in the file.
  struct Item {
    let id: ZoneID
    let record: [UInt8]
    let keys: [UInt8]?
  }

  /// What a file holds.
  struct Content {
    let sequence: UInt64
    let zones: [ZoneConfiguration]
  }

  // MARK: - Writing

  /// Writes a file piece by piece.
  struct Writer: ~Copyable {
    private var file: ReplacementFile
    private var checksum = Checksum()

    init(path: String, sequence: UInt64, count: Int) throws(StorageError) {
      var file = try ReplacementFile(for: path)
      let header = mark + ZoneKeys.key(sequence) + ZoneKeys.key(UInt64(count))
      try file.append(header.span)
      checksum.add(header.span)
      self.file = file
    }

    mutating func append(_ item: Item) throws(StorageError) {
      let keysLength = item.keys.map { UInt64($0.count) } ?? noKeys
      try write(ZoneKeys.key(item.id) + ZoneKeys.key(UInt64(item.record.count)))
      try write(item.record)
      try write(ZoneKeys.key(keysLength))
      if let keys = item.keys { try write(keys) }
    }

    consuming func commit() throws(StorageError) {
      try file.append(ZoneKeys.key(UInt64(checksum.value)).span)
      try file.commit()
    }

    private mutating func write(_ bytes: [UInt8]) throws(StorageError) {
      checksum.add(bytes.span)
      try file.append(bytes.span)
    }
  }

  // MARK: - Reading

  /// The sequence number of the export at `path`, from its header; nil if it has none.
  static func sequence(_ header: Span<UInt8>) -> UInt64? {
    guard header.count >= headerBytes, isMarked(header) else { return nil }
    return ZoneKeys.number(header, at: mark.count)
  }

  /// The content of the export at `path`, after its checksum was compared.
  static func read(_ path: String) throws(ZoneStoreError) -> Content {
    let bytes: [UInt8]
    do throws(StorageError) {
      bytes = try StoredFile.read(path, maximumBytes: ZonesLimits.exportBytes)
    } catch {
      throw .storage(error)
    }
    let span = bytes.span
    guard let sequence = sequence(span), bytes.count >= headerBytes + 8 else {
      throw .badExport(path: path, problem: "does not begin as exports do")
    }
    let body = span.extracting(..<(bytes.count - 8))
    guard ZoneKeys.number(span, at: bytes.count - 8) == UInt64(Checksum(of: body).value) else {
      throw .badExport(path: path, problem: "is damaged (its checksum is wrong)")
    }
    guard let zones = readZones(body) else {
      throw .badExport(path: path, problem: "holds a zone that this version can't read")
    }
    return Content(sequence: sequence, zones: zones)
  }

  private static func readZones(_ body: Span<UInt8>) -> [ZoneConfiguration]? {
    let count = ZoneKeys.number(body, at: mark.count + 8)
    var next = headerBytes
    var zones: [ZoneConfiguration] = []
    while next < body.count {
      guard let id = ZoneKeys.id(body, at: next),
        let record = block(body, at: next + 16),
        var zone = ZoneRecord.read(body.extracting(record), id: id)
      else { return nil }
      next = record.upperBound
      guard next + 8 <= body.count else { return nil }
      if ZoneKeys.number(body, at: next) == noKeys {
        next += 8
      } else {
        guard let keys = block(body, at: next),
          let found = ZoneRecord.readKeys(body.extracting(keys))
        else { return nil }
        for index in zone.certificates.indices.prefix(found.count) {
          zone.certificates[index].key = found[index]
        }
        next = keys.upperBound
      }
      zones.append(zone)
    }
    return UInt64(zones.count) == count ? zones : nil
  }

  /// The bytes after a length of 8 bytes at `offset`.
  private static func block(_ body: Span<UInt8>, at offset: Int) -> Range<Int>? {
    guard offset + 8 <= body.count else { return nil }
    let length = ZoneKeys.number(body, at: offset)
    let start = offset + 8
    guard length <= UInt64(body.count - start) else { return nil }
    return start..<start + Int(length)
  }

  private static func isMarked(_ header: Span<UInt8>) -> Bool {
    for index in mark.indices where header[index] != mark[index] { return false }
    return true
  }
}
