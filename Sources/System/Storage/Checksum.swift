// CRC-32C: finds every error burst of up to 32 bits, at memory speed.

import CLMDB

/// CRC-32C (RFC 3720 appendix B.4) over pieces of bytes.
package struct Checksum: Sendable {
  package private(set) var value: UInt32 = 0

  package init() {}

  /// The checksum of `bytes`.
  package init(of bytes: Span<UInt8>) { add(bytes) }

  /// Continues with `bytes`.
  package mutating func add(_ bytes: Span<UInt8>) {
    let before = value
    // Safe: C reads `count` bytes of the borrowed span during the call.
    unsafe bytes.withUnsafeBufferPointer { buffer in
      value = unsafe skerry_crc32c(before, buffer.baseAddress, buffer.count)
    }
  }
}
