// The keys of a folder's digests.

import Primitives

/// Two keys of hashes, made with the index and kept in it, so that digests outlive the process.
struct DiskSecret: Equatable {
  let words: [UInt64]
  private static let count = 4

  init(using generator: inout some RandomNumberGenerator) {
    words = (0..<Self.count).map { _ in generator.next() }
  }

  /// Reads what `bytes` gave; nil for anything else.
  init?(_ bytes: Span<UInt8>) {
    guard bytes.count == 8 * Self.count else { return nil }
    var words: [UInt64] = []
    for index in 0..<Self.count { words.append(bytes.integer(at: 8 * index, as: UInt64.self)) }
    self.words = words
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for word in words { bytes.append(integer: word) }
    return bytes
  }

  /// The digest of a key, whatever its bytes mean.
  func digest(of key: Span<UInt8>) -> DiskDigest {
    DiskDigest(
      high: KeyedHash(key0: words[0], key1: words[1]).hash(key),
      low: KeyedHash(key0: words[2], key1: words[3]).hash(key))
  }
}
