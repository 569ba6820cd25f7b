// Keys and values of the table of purges.

import Cache
import Primitives

/// How a zone's purges lie in the store: after the identity a byte that says what follows, then for marks
/// their generation, so that the oldest are the first, then a hash.
enum PurgeTableKeys {
  typealias Mark = StoredPurges.Mark

  /// What a record is about. Numbers are never used again for something else.
  enum Kind: UInt8 {
    /// The zone: what holds for everything, and counts.
    case state = 0
    /// A prefix; its text is behind the mark.
    case prefix = 2
    /// A URL, tag or host.
    case mark = 3
  }

  static let markBytes = 24

  static func state(_ id: ZoneID) -> [UInt8] { prefix(id, .state) + ZoneKeys.key(0) }

  static func prefix(_ id: ZoneID, _ hash: UInt64) -> [UInt8] {
    prefix(id, .prefix) + ZoneKeys.key(hash)
  }

  static func mark(_ id: ZoneID, _ generation: UInt64, _ hash: UInt64) -> [UInt8] {
    marks(id, generation) + ZoneKeys.key(hash)
  }

  /// With which all keys of a generation begin.
  static func marks(_ id: ZoneID, _ generation: UInt64) -> [UInt8] {
    prefix(id, .mark) + ZoneKeys.key(generation)
  }

  /// With which all keys of a kind begin.
  static func prefix(_ id: ZoneID, _ kind: Kind) -> [UInt8] {
    ZoneKeys.key(id) + [kind.rawValue]
  }

  /// The generation of a mark, by its key.
  static func generation(_ key: Span<UInt8>) -> UInt64 { ZoneKeys.number(key, at: 17) }

  /// What a mark is of, by its key.
  static func hash(_ key: Span<UInt8>) -> UInt64 { ZoneKeys.number(key, at: 25) }

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
