// Reading one record, as much of it as is needed, and believing none of it unchecked.

import Primitives
import Storage

/// A record that is being read: its header first, then its head, then its body.
struct RecordReading {
  let header: DiskRecordHeader
  private let segment: DiskSegment
  private let offset: Int
  private let storage: ByteStorage

  /// Reads the beginning of the record at `offset`, of which the index says `headBytes` and
  /// `bodyBytes`; all of it if it is small.
  init(
    _ segment: DiskSegment, at offset: Int, headBytes: Int, bodyBytes: Int
  ) throws(DiskFault) {
    let bytes = DiskRecordHeader.bytes + headBytes + bodyBytes
    let storage = ByteStorage(capacity: bytes)
    try Self.read(upTo: min(bytes, DiskLimits.firstReadBytes), offset, segment, storage)
    try self.init(storage, segment, offset, headBytes, bodyBytes)
  }

  /// The same without the body, which is not to be asked for; nil if the kernel does not have that in memory.
  init?(headCachedOf segment: DiskSegment, at offset: Int, headBytes: Int, bodyBytes: Int)
    throws(DiskFault)
  {
    let bytes = DiskRecordHeader.bytes + headBytes
    let storage = ByteStorage(capacity: bytes)
    guard segment.file.readCached(bytes, at: offset, into: storage) else { return nil }
    try self.init(storage, segment, offset, headBytes, bodyBytes)
  }

  /// The same with all of the record; nil if the kernel does not have it in memory.
  init?(
    cachedOf segment: DiskSegment, at offset: Int, headBytes: Int, bodyBytes: Int
  ) throws(DiskFault) {
    let bytes = DiskRecordHeader.bytes + headBytes + bodyBytes
    let storage = ByteStorage(capacity: bytes)
    guard segment.file.readCached(bytes, at: offset, into: storage) else { return nil }
    try self.init(storage, segment, offset, headBytes, bodyBytes)
  }

  private init(
    _ storage: ByteStorage, _ segment: DiskSegment, _ offset: Int, _ headBytes: Int,
    _ bodyBytes: Int
  ) throws(DiskFault) {
    let start = Bytes(storage, offset: 0, count: DiskRecordHeader.bytes)
    guard let header = start.withSpan({ DiskRecordHeader($0) }) else {
      throw .header(segment: segment.number)
    }
    guard header.headBytes == headBytes, header.bodyBytes == bodyBytes else {
      throw .mismatch(segment: segment.number)
    }
    self.header = header
    self.segment = segment
    self.offset = offset
    self.storage = storage
  }

  /// The head, checked.
  func head() throws(DiskFault) -> Bytes {
    let end = DiskRecordHeader.bytes + header.headBytes
    try Self.read(upTo: end, offset, segment, storage)
    let head = Bytes(storage, offset: DiskRecordHeader.bytes, count: header.headBytes)
    guard head.checksum == header.headChecksum else { throw .head(segment: segment.number) }
    return head
  }

  /// The body, checked.
  func body() throws(DiskFault) -> Bytes {
    let start = DiskRecordHeader.bytes + header.headBytes
    try Self.read(upTo: start + header.bodyBytes, offset, segment, storage)
    let body = Bytes(storage, offset: start, count: header.bodyBytes)
    guard body.checksum == header.bodyChecksum else { throw .body(segment: segment.number) }
    return body
  }

  private static func read(
    upTo end: Int, _ offset: Int, _ segment: DiskSegment, _ storage: ByteStorage
  ) throws(DiskFault) {
    let missing = end - storage.count
    guard missing > 0 else { return }
    let got: Int
    do {
      got = try segment.file.read(missing, at: offset + storage.count, into: storage)
    } catch {
      throw .reading(error)
    }
    guard got == missing else { throw .truncated(segment: segment.number) }
  }
}

extension Bytes {
  fileprivate var checksum: UInt32 { withSpan { Checksum(of: $0).value } }
}
