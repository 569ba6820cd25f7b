// What a record is found by.

import Primitives

/// 128 bits that stand for a key of the cache: two hashes of it with secret keys, so that nobody
/// outside can make two keys meet, and chance does not.
package struct DiskDigest: Hashable, Sendable {
  package let high: UInt64
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  static let bytes = 16

  /// The 16 bytes of a key in the index, the first byte the most significant.
  var key: [UInt8] {
    var key: [UInt8] = []
    key.reserveCapacity(Self.bytes)
    for word in [high, low] {
      for shift in stride(from: UInt64(56), through: 0, by: -8) {
        key.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    return key
  }

  /// The digest whose `key` this is; nil if it can't be one.
  init?(key: Span<UInt8>) {
    guard key.count == Self.bytes else { return nil }
    high = key.integer(at: 0, as: UInt64.self).byteSwapped
    low = key.integer(at: 8, as: UInt64.self).byteSwapped
  }
}
