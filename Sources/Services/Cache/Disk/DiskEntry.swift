// What the index knows of a record.

import Primitives

/// One record in the index, 44 bytes there.
struct DiskEntry: Equatable {
  var place: DiskPlace
  var headBytes: UInt32
  var bodyBytes: UInt32
  /// The number that stands for its zone (`ZoneAccounts`).
  var zone: UInt32
  /// Seconds since 1970, as far as 32 bits go.
  var received: UInt32
  var expires: UInt32
  var selection: UInt64
  var sequence: UInt64

  static let bytes = 44

  init(_ header: DiskRecordHeader, zone: UInt32, at place: DiskPlace) {
    self.place = place
    self.zone = zone
    headBytes = UInt32(header.headBytes)
    bodyBytes = UInt32(header.bodyBytes)
    received = Self.seconds(header.receivedWall)
    expires = Self.seconds(header.expiresWall)
    selection = header.selection
    sequence = header.sequence
  }

  /// Reads the `bytes` bytes at `offset`, which must be there; nil if no record is like that.
  init?(_ span: Span<UInt8>, at offset: Int) {
    func word(_ index: Int) -> UInt32 { span.integer(at: offset + 4 * index, as: UInt32.self) }
    place = DiskPlace(segment: word(0), offset: word(1))
    headBytes = word(2)
    bodyBytes = word(3)
    zone = word(4)
    received = word(5)
    expires = word(6)
    selection = span.integer(at: offset + 28, as: UInt64.self)
    sequence = span.integer(at: offset + 36, as: UInt64.self)
    guard headBytes <= UInt32(DiskLimits.headBytes), bodyBytes <= UInt32(DiskLimits.bodyBytes)
    else { return nil }
  }

  /// The entries of one digest, newest first; nil if the bytes are no such list.
  static func list(_ span: Span<UInt8>) -> [DiskEntry]? {
    guard span.count % bytes == 0, span.count / bytes <= DiskLimits.variants else { return nil }
    var entries: [DiskEntry] = []
    entries.reserveCapacity(span.count / bytes)
    for offset in stride(from: 0, to: span.count, by: bytes) {
      guard let entry = DiskEntry(span, at: offset) else { return nil }
      entries.append(entry)
    }
    return entries
  }

  func append(to output: inout [UInt8]) {
    for word in [
      place.segment, place.offset, headBytes, bodyBytes, zone, received, expires,
    ] { output.append(integer: word) }
    output.append(integer: selection)
    output.append(integer: sequence)
  }

  /// Bytes that its record takes in a segment.
  var recordBytes: Int {
    DiskRecordHeader.recordBytes(head: Int(headBytes), body: Int(bodyBytes))
  }

  static func seconds(_ time: WallTime) -> UInt32 { UInt32(clamping: time.seconds) }
}
