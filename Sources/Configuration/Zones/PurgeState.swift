// What the store knows of a zone's purges as a whole.

import Cache
import Primitives

/// The record of a zone that was purged.
struct PurgeState {
  /// The number of the latest purge.
  var sequence: UInt64 = 0
  /// What holds for everything.
  var floor = StoredPurges.Mark(softTime: WallTime(seconds: 0))
  /// Purges of URLs, tags and hosts that are kept.
  var marks = 0
  var prefixes = 0
  /// How often older purges were given up for a higher floor.
  var folds = 0

  init() {}

  init(_ bytes: Span<UInt8>) {
    sequence = ZoneKeys.number(bytes)
    floor = PurgeTableKeys.mark(bytes.extracting(min(8, bytes.count)...))
    marks = Int(truncatingIfNeeded: ZoneKeys.number(bytes, at: 32))
    prefixes = Int(truncatingIfNeeded: ZoneKeys.number(bytes, at: 40))
    folds = Int(truncatingIfNeeded: ZoneKeys.number(bytes, at: 48))
  }

  var bytes: [UInt8] {
    ZoneKeys.key(sequence) + PurgeTableKeys.bytes(floor) + ZoneKeys.key(UInt64(marks))
      + ZoneKeys.key(UInt64(prefixes)) + ZoneKeys.key(UInt64(folds))
  }
}
