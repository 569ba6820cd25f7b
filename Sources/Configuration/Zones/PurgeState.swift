// What the store knows of a zone's purges as a whole.

import Cache
import Primitives

/// The record of a zone's purges.
struct PurgeState {
  /// The number of the latest purge.
  var sequence: UInt64 = 0
  /// What holds for everything.
  var floor = StoredPurges.Mark(softTime: WallTime(seconds: 0))
  /// Purges of prefixes that are kept.
  var prefixes = 0
  /// The generation that purges of URLs, tags and hosts are noted in now.
  var generation: UInt64 = 1
  var young = Generation()
  /// The generation before it: what is older counts no more.
  var old = Generation()
  /// The number of the latest change of the zone's key settings; 0 if there was none.
  var keysChanged: UInt64 = 0
  /// The number of the latest purge of a URL, which names it as the key settings of its time do.
  var urlPurged: UInt64 = 0

  /// Purges of one stretch of time.
  struct Generation {
    var count = 0
    /// The latest of all that were noted there.
    var newest = StoredPurges.Mark(softTime: WallTime(seconds: 0))
  }

  /// Purges of URLs, tags and hosts that are kept.
  var marks: Int { young.count + old.count }

  /// Bytes of a record.
  private static let length = 128

  init() {}

  init(_ bytes: Span<UInt8>) {
    func number(_ index: Int) -> UInt64 { ZoneKeys.number(bytes, at: index * 8) }
    func mark(_ index: Int) -> StoredPurges.Mark {
      PurgeTableKeys.mark(bytes.extracting(min(index * 8, bytes.count)...))
    }
    sequence = number(0)
    floor = mark(1)
    guard bytes.count == Self.length else {
      // A form without generations, whose marks are not read: all of them count for everything.
      floor.hard = sequence
      return
    }
    prefixes = Int(truncatingIfNeeded: number(4))
    generation = number(5)
    young = Generation(count: Int(truncatingIfNeeded: number(6)), newest: mark(7))
    old = Generation(count: Int(truncatingIfNeeded: number(10)), newest: mark(11))
    keysChanged = number(14)
    urlPurged = number(15)
  }

  var bytes: [UInt8] {
    let bytes =
      ZoneKeys.key(sequence) + PurgeTableKeys.bytes(floor) + ZoneKeys.key(UInt64(prefixes))
      + ZoneKeys.key(generation) + Self.bytes(young) + Self.bytes(old)
      + ZoneKeys.key(keysChanged) + ZoneKeys.key(urlPurged)
    assert(bytes.count == Self.length)
    return bytes
  }

  private static func bytes(_ generation: Generation) -> [UInt8] {
    ZoneKeys.key(UInt64(generation.count)) + PurgeTableKeys.bytes(generation.newest)
  }

  /// Begins a new generation; the oldest of the purges count for everything.
  mutating func advance() {
    floor.merge(old.newest)
    old = young
    young = Generation()
    generation += 1
  }

  /// Forgets all purges of URLs, tags, hosts and prefixes.
  mutating func clear() {
    (young, old, prefixes) = (Generation(), Generation(), 0)
    // No row is of this generation or the one before it.
    generation += 2
  }
}
