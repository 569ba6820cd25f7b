// The frame around every stored record: format version, checksum, payload.

import Primitives

/// The frame of a record: one byte of version, four of CRC-32C over key and payload (little
/// endian), then the payload. The key is part of it, so that a record under a wrong key is noticed.
enum RecordFrame {
  static let version: UInt8 = 1
  static let headerBytes = 5

  static func checksum(key: Span<UInt8>, payload: Span<UInt8>) -> UInt32 {
    var checksum = Checksum()
    checksum.add(key)
    checksum.add(payload)
    return checksum.value
  }

  /// Writes `payload` with its frame at the end of `output`.
  static func append(key: Span<UInt8>, payload: Span<UInt8>, to output: inout [UInt8]) {
    output.append(version)
    let checksum = checksum(key: key, payload: payload)
    for shift in [UInt32(0), 8, 16, 24] {
      output.append(UInt8(truncatingIfNeeded: checksum >> shift))
    }
    output.append(payload)
  }

  /// What is wrong with a framed record, or nil.
  static func fault(key: Span<UInt8>, record: Span<UInt8>) -> Fault? {
    guard record.count >= headerBytes else { return .damaged }
    let payload = record.extracting(droppingFirst: headerBytes)
    let matches = record.integer(at: 1, bytes: 4) == checksum(key: key, payload: payload)
    guard record[0] == version else { return matches ? .version(record[0]) : .damaged }
    return matches ? nil : .damaged
  }

  /// Why a record can't be used.
  enum Fault: Equatable {
    case damaged
    case version(UInt8)
  }
}

extension Span where Element == UInt8 {
  /// The little-endian integer of `bytes` (at most 8) bytes at `offset`.
  func integer(at offset: Int, bytes: Int) -> UInt64 {
    var result: UInt64 = 0
    for index in 0..<bytes { result |= UInt64(self[offset + index]) << (UInt64(index) * 8) }
    return result
  }
}
