// From names to the zones that are in use on one loop.

import DNS
import Primitives

/// An open-addressed table from apexes, in canonical wire form, to zones.
///
/// It holds zones in use only, so a look-up costs the same with ten zones as with a million. Names are
/// hashed with a secret key: strangers choose them.
struct ZoneTable: ~Copyable {
  /// A hash of 0 is an empty slot.
  private var hashes: [UInt64]
  private var values: [NameZone?]
  private let hasher: KeyedHash
  private(set) var count = 0
  /// Zones by the number of their apexes' labels; longer suffixes than `deepest` are not looked for.
  private var depths = Array(repeating: 0, count: DNSLimits.nameBytes / 2 + 1)
  private var deepest = 0

  init(hasher: KeyedHash) {
    self.hasher = hasher
    hashes = Array(repeating: 0, count: 64)
    values = Array(repeating: nil, count: 64)
  }

  /// The zone in memory that `name` lies in: the deepest one; nil if there is none, or a deeper one
  /// that is not in memory. `isAbove` leaves out the zone whose apex `name` is, unless there was no
  /// other one above when the server was in `state`: a DS record is the parent's (RFC 4035 section
  /// 3.1.4.1).
  func find(
    _ name: borrowing CanonicalName, isAbove: Bool = false, state: UInt64 = 0
  ) -> NameZone? {
    var labels = min(name.labelCount, deepest)
    var own: NameZone?
    while labels >= 0 {
      if let zone = zone(name.suffix(labels: labels)) {
        guard isAbove, labels == name.labelCount, labels > 0 else {
          let snapshot = zone.snapshot
          return snapshot.nested.cover(name, below: snapshot.image.apexLabels, isAbove: isAbove)
            ? nil : zone
        }
        own = zone
      }
      labels -= 1
    }
    return own?.stateWithoutUpper == state ? own : nil
  }

  /// Whether there is a zone whose apex is `name`.
  func hasApex(_ name: borrowing CanonicalName) -> Bool { zone(name.span) != nil }

  /// The zone whose apex is `apex`.
  func zone(_ apex: Span<UInt8>) -> NameZone? {
    let hash = hasher.hash(apex) | 1
    var index = Int(truncatingIfNeeded: hash >> 1) & (hashes.count - 1)
    while hashes[index] != 0 {
      if hashes[index] == hash, let zone = values[index],
        zone.snapshot.apex.withSpan({ $0.equals(apex) })
      {
        return zone
      }
      index = (index + 1) & (hashes.count - 1)
    }
    return nil
  }

  /// Puts `zone` in; there must be none with its apex.
  mutating func insert(_ zone: NameZone) {
    if (count + 1) * 4 > hashes.count * 3 { resize(hashes.count * 2) }
    put(zone)
    count += 1
    let labels = zone.snapshot.image.apexLabels
    depths[labels] += 1
    deepest = max(deepest, labels)
  }

  mutating func remove(_ zone: NameZone) {
    let hash = zone.snapshot.apex.withSpan { hasher.hash($0) } | 1
    var index = Int(truncatingIfNeeded: hash >> 1) & (hashes.count - 1)
    while hashes[index] != 0 {
      if values[index] === zone {
        close(gap: index)
        count -= 1
        depths[zone.snapshot.image.apexLabels] -= 1
        while deepest > 0, depths[deepest] == 0 { deepest -= 1 }
        return
      }
      index = (index + 1) & (hashes.count - 1)
    }
  }

  private mutating func put(_ zone: NameZone) {
    let hash = zone.snapshot.apex.withSpan { hasher.hash($0) } | 1
    var index = Int(truncatingIfNeeded: hash >> 1) & (hashes.count - 1)
    while hashes[index] != 0 { index = (index + 1) & (hashes.count - 1) }
    hashes[index] = hash
    values[index] = zone
  }

  private mutating func resize(_ size: Int) {
    let old = values
    hashes = Array(repeating: 0, count: size)
    values = Array(repeating: nil, count: size)
    for zone in old { if let zone { put(zone) } }
  }

  /// Moves later entries of a run forward, so that no search ends at the gap too early.
  private mutating func close(gap: Int) {
    var gap = gap
    var index = (gap + 1) & (hashes.count - 1)
    while hashes[index] != 0 {
      let home = Int(truncatingIfNeeded: hashes[index] >> 1) & (hashes.count - 1)
      if (index - home) & (hashes.count - 1) >= (index - gap) & (hashes.count - 1) {
        hashes[gap] = hashes[index]
        values[gap] = values[index]
        gap = index
      }
      index = (index + 1) & (hashes.count - 1)
    }
    hashes[gap] = 0
    values[gap] = nil
  }
}
