// What must hold for bytes that are read from the disk, whatever they are.

import Primitives

@testable import Cache

/// A header and a list of entries are read as they were written, or not at all.
func diskRecordProperty(_ input: [UInt8]) -> String? {
  if let header = DiskRecordHeader(input.span) {
    var written: [UInt8] = []
    header.append(to: &written)
    if written != Array(input[..<DiskRecordHeader.bytes]) { return "another header: \(header)" }
    if header.recordBytes < DiskRecordHeader.bytes { return "impossible sizes: \(header)" }
  }
  // A fuzzer does not find checksums: the same bytes as the fields of a header that is sound.
  guard input.count >= 80 else { return nil }
  func word(_ index: Int) -> UInt64 { input.span.integer(at: 8 * index, as: UInt64.self) }
  let record = DiskRecord(
    digest: DiskDigest(high: word(0), low: word(1)), zone: ZoneID(high: word(2), low: word(3)),
    selection: word(4), sequence: word(5),
    receivedWall: WallTime(seconds: Int64(bitPattern: word(6))),
    expiresWall: WallTime(seconds: Int64(bitPattern: word(7))), head: Bytes(input),
    body: [Bytes(input), Bytes(Array(input[8...]))])
  let header = DiskRecordHeader(of: record)
  var written: [UInt8] = []
  header.append(to: &written)
  if written.count != DiskRecordHeader.bytes { return "\(written.count) bytes" }
  if DiskRecordHeader(written.span) != header { return "\(header) is not read again" }
  written[Int(word(8) % UInt64(written.count))] ^= 1 << UInt8(word(9) % 8)
  return DiskRecordHeader(written.span) == nil ? nil : "a flipped bit is not noticed"
}

/// Entries, rows and digests of the index are read as they were written, or not at all.
func diskEntryProperty(_ input: [UInt8]) -> String? {
  if let entries = DiskEntry.list(input.span) {
    var written: [UInt8] = []
    for entry in entries { entry.append(to: &written) }
    if written != input { return "other entries: \(entries)" }
    if entries.contains(where: { $0.recordBytes <= 0 }) { return "impossible sizes: \(entries)" }
  }
  if let row = SegmentRow(input.span), row.bytes != input { return "another row: \(row)" }
  if let row = ZoneRow(input.span), row.encoded != input { return "another row: \(row)" }
  if let secret = DiskSecret(input.span), secret.bytes != input { return "another secret" }
  if let digest = DiskDigest(key: input.span), digest.key != input { return "another digest" }
  return nil
}
