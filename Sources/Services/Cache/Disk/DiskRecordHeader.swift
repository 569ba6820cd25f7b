// The beginning of a record on disk, which says all about it.

import Primitives
import Storage

/// The 96 bytes before a record's head and body: magic (8), digest (16), zone (16), selection (8),
/// sequence (8), received (8), expires (8), bytes of head (4) and body (4), checksums of head (4) and
/// body (4), zeros (4), and the checksum of all that (4). Checksums are CRC-32C.
struct DiskRecordHeader: Equatable {
  var digest: DiskDigest
  var zone: ZoneID
  var selection: UInt64
  var sequence: UInt64
  var receivedWall: WallTime
  var expiresWall: WallTime
  var headBytes: Int
  var bodyBytes: Int
  var headChecksum: UInt32
  var bodyChecksum: UInt32

  static let bytes = 96
  /// "Skerry", the kind, the version of the format.
  static let magic: UInt64 = 0x01_52_79_72_72_65_6b_53
  private static let checksumOffset = bytes - 4

  /// The header of `record`, whose bytes are summed.
  init(of record: DiskRecord) {
    digest = record.digest
    zone = record.zone
    selection = record.selection
    sequence = record.sequence
    receivedWall = record.receivedWall
    expiresWall = record.expiresWall
    headBytes = record.head.count
    bodyBytes = record.bodyBytes
    var sum = Checksum()
    record.head.withSpan { sum.add($0) }
    headChecksum = sum.value
    sum = Checksum()
    for piece in record.body { piece.withSpan { sum.add($0) } }
    bodyChecksum = sum.value
  }

  /// Reads the first `bytes` bytes of `span`; nil if they are no sound header.
  init?(_ span: Span<UInt8>) {
    guard span.count >= Self.bytes, span.integer(at: 0, as: UInt64.self) == Self.magic,
      span.integer(at: Self.checksumOffset, as: UInt32.self)
        == Checksum(of: span.extracting(first: Self.checksumOffset)).value
    else { return nil }
    digest = DiskDigest(
      high: span.integer(at: 8, as: UInt64.self), low: span.integer(at: 16, as: UInt64.self))
    zone = ZoneID(
      high: span.integer(at: 24, as: UInt64.self), low: span.integer(at: 32, as: UInt64.self))
    selection = span.integer(at: 40, as: UInt64.self)
    sequence = span.integer(at: 48, as: UInt64.self)
    receivedWall = WallTime(
      seconds: Int64(bitPattern: span.integer(at: 56, as: UInt64.self)))
    expiresWall = WallTime(
      seconds: Int64(bitPattern: span.integer(at: 64, as: UInt64.self)))
    headBytes = Int(span.integer(at: 72, as: UInt32.self))
    bodyBytes = Int(span.integer(at: 76, as: UInt32.self))
    headChecksum = span.integer(at: 80, as: UInt32.self)
    bodyChecksum = span.integer(at: 84, as: UInt32.self)
    guard headBytes <= DiskLimits.headBytes, bodyBytes <= DiskLimits.bodyBytes,
      span.integer(at: 88, as: UInt32.self) == 0
    else { return nil }
  }

  func append(to output: inout [UInt8]) {
    let start = output.count
    output.append(integer: Self.magic)
    for word in [digest.high, digest.low, zone.high, zone.low, selection, sequence] {
      output.append(integer: word)
    }
    output.append(integer: UInt64(bitPattern: receivedWall.seconds))
    output.append(integer: UInt64(bitPattern: expiresWall.seconds))
    output.append(integer: UInt32(headBytes))
    output.append(integer: UInt32(bodyBytes))
    output.append(integer: headChecksum)
    output.append(integer: bodyChecksum)
    output.append(integer: UInt32(0))
    output.append(integer: Checksum(of: output.span.extracting(start..<output.count)).value)
    assert(output.count - start == Self.bytes)
  }

  /// Bytes of the record, with its header and what is left empty behind it.
  var recordBytes: Int { Self.recordBytes(head: headBytes, body: bodyBytes) }

  static func recordBytes(head: Int, body: Int) -> Int {
    let bytes = Self.bytes + head + body
    return (bytes + DiskLimits.alignment - 1) & ~(DiskLimits.alignment - 1)
  }
}
