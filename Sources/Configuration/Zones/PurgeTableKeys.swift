// Keys and values of the table of purges.

import Cache
import Primitives

/// How a zone's purges lie in the store: after the identity a byte that says what follows, then a hash.
enum PurgeTableKeys {
  typealias Mark = StoredPurges.Mark

  /// What a record is about.
  enum Kind: UInt8 {
    /// The zone: what holds for everything, and counts.
    case state = 0
    /// A URL, tag or host.
    case mark = 1
    /// A prefix; its text is behind the mark.
    case prefix = 2
  }

  static let markBytes = 24

  static func key(_ id: ZoneID, _ kind: Kind, _ hash: UInt64) -> [UInt8] {
    prefix(id, kind) + ZoneKeys.key(hash)
  }

  /// With which all keys of a kind begin.
  static func prefix(_ id: ZoneID, _ kind: Kind) -> [UInt8] {
    ZoneKeys.key(id) + [kind.rawValue]
  }

  static func hash(_ key: Span<UInt8>) -> UInt64 { ZoneKeys.number(key, at: 17) }

  static func bytes(_ mark: Mark) -> [UInt8] {
    ZoneKeys.key(mark.hard) + ZoneKeys.key(mark.soft)
      + ZoneKeys.key(UInt64(bitPattern: mark.softTime.seconds))
  }

  static func mark(_ bytes: Span<UInt8>) -> Mark {
    Mark(
      hard: ZoneKeys.number(bytes), soft: ZoneKeys.number(bytes, at: 8),
      softTime: WallTime(seconds: Int64(bitPattern: ZoneKeys.number(bytes, at: 16))))
  }
}
