// All zones in one file, to rebuild the store from.

import Primitives
import Storage

/// The file of an export: a section with all zones, and behind it a section for each time that
/// changes were added.
///
/// A section is a mark, sequence and count; each zone with its identity, record and keys; CRC-32C
/// over all that. Numbers are big-endian. In later sections a zone without a record is one that was
/// removed. A section that was not written to its end counts as not there.
enum ZoneExport {
  static let mark = Array("skerry zones 1\n".utf8)
  static let headerBytes = mark.count + 16
  private static let nothing = UInt64.max

  /// A zone in the file.
  struct Item {
    let id: ZoneID
    /// Nil if the zone was removed.
    let record: [UInt8]?
    let keys: [UInt8]?

    fileprivate func append(to output: inout [UInt8]) {
      output.append(contentsOf: ZoneKeys.key(id))
      for block in [record, keys] {
        output.append(contentsOf: ZoneKeys.key(block.map { UInt64($0.count) } ?? nothing))
        if let block { output.append(contentsOf: block) }
      }
    }
  }

  /// What a file holds.
  struct Content {
    let sequence: UInt64
    let zones: [ZoneConfiguration]
  }

  // MARK: - Writing

  /// Writes the first section of a new file piece by piece.
  struct Writer: ~Copyable {
    private var file: ReplacementFile
    private var checksum = Checksum()
    private var item: [UInt8] = []
    private(set) var byteCount = 0

    init(path: String, sequence: UInt64, count: Int) throws(StorageError) {
      var file = try ReplacementFile(for: path)
      let header = ZoneExport.header(sequence, count)
      try file.append(header.span)
      checksum.add(header.span)
      byteCount = header.count
      self.file = file
    }

    mutating func append(_ zone: Item) throws(StorageError) {
      item.removeAll(keepingCapacity: true)
      zone.append(to: &item)
      try write(item)
    }

    /// Puts the file in place; returns its length.
    consuming func commit() throws(StorageError) -> Int {
      let bytes = byteCount + 8
      try file.append(ZoneKeys.key(UInt64(checksum.value)).span)
      try file.commit()
      return bytes
    }

    private mutating func write(_ bytes: [UInt8]) throws(StorageError) {
      byteCount += bytes.count
      checksum.add(bytes.span)
      try file.append(bytes.span)
    }
  }

  /// A whole section.
  static func section(_ items: [Item], sequence: UInt64) -> [UInt8] {
    var bytes = header(sequence, items.count)
    for item in items { item.append(to: &bytes) }
    return bytes + ZoneKeys.key(UInt64(Checksum(of: bytes.span).value))
  }

  private static func header(_ sequence: UInt64, _ count: Int) -> [UInt8] {
    mark + ZoneKeys.key(sequence) + ZoneKeys.key(UInt64(count))
  }

  // MARK: - Reading

  /// The sequence number of the export at `path`, from its header; nil if it has none.
  static func sequence(_ header: Span<UInt8>) -> UInt64? {
    guard header.count >= headerBytes, isMarked(header) else { return nil }
    return ZoneKeys.number(header, at: mark.count)
  }

  /// The content of the export at `path`, after its checksums were compared.
  static func read(_ path: String) throws(ZoneStoreError) -> Content {
    let bytes: [UInt8]
    do throws(StorageError) {
      bytes = try StoredFile.read(path, maximumBytes: ZonesLimits.exportBytes)
    } catch {
      throw .storage(error)
    }
    guard sequence(bytes.span) != nil, bytes.count >= headerBytes + 8 else {
      throw .badExport(path: path, problem: "does not begin as exports do")
    }
    var zones = ExportedZones()
    guard var end = zones.take(bytes.span, from: 0) else {
      throw .badExport(path: path, problem: zones.problem)
    }
    // What is cut off or damaged behind it leaves the state before those changes.
    while end < bytes.count, let next = zones.take(bytes.span, from: end) { end = next }
    return Content(sequence: zones.sequence, zones: zones.all)
  }

  /// The range of a section that begins at `start`, without its checksum, and its items; nil if it
  /// is not whole.
  static func items(
    of bytes: Span<UInt8>, from start: Int
  ) -> (body: Range<Int>, items: [ItemPlace])? {
    guard bytes.count - start >= headerBytes + 8, isMarked(bytes, at: start) else { return nil }
    let count = ZoneKeys.number(bytes, at: start + mark.count + 8)
    var next = start + headerBytes
    var items: [ItemPlace] = []
    while UInt64(items.count) < count {
      guard let id = ZoneKeys.id(bytes, at: next), let record = block(bytes, at: next + 16),
        let keys = block(bytes, at: record.end)
      else { return nil }
      items.append(ItemPlace(id: id, record: record.content, keys: keys.content))
      next = keys.end
    }
    guard next + 8 <= bytes.count else { return nil }
    return (start..<next, items)
  }

  /// Where the parts of an item lie.
  struct ItemPlace {
    let id: ZoneID
    let record: Range<Int>?
    let keys: Range<Int>?
  }

  /// What lies behind a length of 8 bytes at `offset`, nil for nothing, and where that ends.
  private static func block(
    _ bytes: Span<UInt8>, at offset: Int
  ) -> (content: Range<Int>?, end: Int)? {
    guard offset + 8 <= bytes.count else { return nil }
    let length = ZoneKeys.number(bytes, at: offset)
    let start = offset + 8
    if length == nothing { return (nil, start) }
    guard length <= UInt64(bytes.count - start) else { return nil }
    return (start..<start + Int(length), start + Int(length))
  }

  private static func isMarked(_ bytes: Span<UInt8>, at start: Int = 0) -> Bool {
    for index in mark.indices where bytes[start + index] != mark[index] { return false }
    return true
  }
}
