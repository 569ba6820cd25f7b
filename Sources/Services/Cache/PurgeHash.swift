// What purges and responses are matched by.

package import HTTP
import Primitives

/// A value of a purge in 64 bits: the same on every server and after every restart, so that stored
/// responses and the store of zones need no texts.
///
/// The key is no secret. Two values of a zone with the same hash are purged together, and nobody gains
/// by making such.
package enum PurgeHash {
  private static let targets = KeyedHash(key0: 0x736b_6572_7279, key1: 1)
  private static let hosts = KeyedHash(key0: 0x736b_6572_7279, key1: 2)
  private static let tags = KeyedHash(key0: 0x736b_6572_7279, key1: 3)
  private static let prefixes = KeyedHash(key0: 0x736b_6572_7279, key1: 4)

  /// Host, path and query as `PurgeTarget` has them.
  package static func target(_ target: Span<UInt8>) -> UInt64 { targets.hash(target) }

  /// A host in lower case, without port.
  package static func host(_ host: Span<UInt8>) -> UInt64 { hosts.hash(host) }

  /// A tag as `CacheTags` reads it.
  package static func tag(_ tag: Span<UInt8>) -> UInt64 { tags.hash(tag) }

  /// The beginning of a target.
  package static func prefix(_ prefix: Span<UInt8>) -> UInt64 { prefixes.hash(prefix) }

  /// The tags of a response; nil if it has more than may be kept (`CacheLimits.tags`).
  package static func tags(of fields: FieldBlock) -> [UInt64]? {
    guard fields.hasTags else { return [] }
    var hashes: [UInt64] = []
    var bytes = 0
    var isTooLong = false
    CacheTags.forEach(in: fields) { tag in
      bytes += tag.count
      if tag.count > CacheLimits.tagBytes { isTooLong = true }
      guard hashes.count < CacheLimits.tags else { return isTooLong = true }
      hashes.append(Self.tag(tag))
    }
    return isTooLong || bytes > CacheLimits.tagsBytes ? nil : hashes
  }
}
