// What the index says of a zone.

import Primitives

/// The row of a zone's number.
struct ZoneRow: Equatable {
  let zone: ZoneID
  /// Its part of the disk relative to others'.
  var weight = 1
  /// Records and bytes in segments that the index names under this number.
  var objects = 0
  var bytes = 0
  /// Whether the zone has given this number up, so that everything under it is void.
  var isVoid = false

  init(zone: ZoneID) { self.zone = zone }

  /// Reads what `encoded` gave; nil for anything else.
  init?(_ span: Span<UInt8>) {
    guard span.count == 41, span[40] <= 1 else { return nil }
    zone = ZoneID(
      high: span.integer(at: 0, as: UInt64.self), low: span.integer(at: 8, as: UInt64.self))
    weight = Int(truncatingIfNeeded: span.integer(at: 16, as: UInt64.self))
    objects = Int(truncatingIfNeeded: span.integer(at: 24, as: UInt64.self))
    bytes = Int(truncatingIfNeeded: span.integer(at: 32, as: UInt64.self))
    isVoid = span[40] == 1
    guard weight > 0, objects >= 0, bytes >= 0 else { return nil }
  }

  var encoded: [UInt8] {
    var encoded: [UInt8] = []
    for word in [zone.high, zone.low] { encoded.append(integer: word) }
    for value in [weight, objects, bytes] { encoded.append(integer: UInt64(value)) }
    encoded.append(isVoid ? 1 : 0)
    return encoded
  }
}
